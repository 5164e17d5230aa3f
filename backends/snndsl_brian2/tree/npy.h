/* Arrays on disk: the npy format, one dimension, little-endian. */
#ifndef SNN_NPY_H
#define SNN_NPY_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace snn
{

struct Problem : std::runtime_error
{
  explicit Problem(const std::string& what) : std::runtime_error(what) {}
};

template <class From, class To>
inline void copy_as(const std::vector<char>& bytes, std::vector<To>& values)
{
  for (size_t k = 0; k < values.size(); ++k) {
    From x;
    memcpy(&x, &bytes[k * sizeof(From)], sizeof(From));
    values[k] = static_cast<To>(x);
  }
}

/* the array in a file, whatever its type of numbers, as T */
template <class T>
inline std::vector<T> read_npy(const std::string& path)
{
  FILE* file = fopen(path.c_str(), "rb");
  if (!file) throw Problem("cannot read " + path);
  unsigned char head[10];
  if (fread(head, 1, 10, file) != 10 || memcmp(head, "\x93NUMPY\x01", 7) != 0) {
    fclose(file);
    throw Problem(path + " is no npy file of version 1");
  }
  std::string text(head[8] + 256u * head[9], ' ');
  const bool whole = fread(&text[0], 1, text.size(), file) == text.size();
  const size_t descr = text.find("'descr': '"), shape = text.find("'shape': (");
  if (!whole || descr == std::string::npos || shape == std::string::npos) {
    fclose(file);
    throw Problem(path + " has no npy header");
  }
  const std::string type = text.substr(descr + 10, 3);
  const size_t rows = strtoull(text.c_str() + shape + 10, NULL, 10), width = size_t(type[2] - '0');
  std::vector<char> bytes(rows * width);
  const size_t got = bytes.empty() ? 0 : fread(&bytes[0], 1, bytes.size(), file);
  fclose(file);
  if (got != bytes.size()) throw Problem(path + " is shorter than its header says");
  std::vector<T> values(rows);
  if (type == "<f8") copy_as<double>(bytes, values);
  else if (type == "<f4") copy_as<float>(bytes, values);
  else if (type == "<i8") copy_as<int64_t>(bytes, values);
  else if (type == "<i4") copy_as<int32_t>(bytes, values);
  else if (type == "<i2") copy_as<int16_t>(bytes, values);
  else if (type == "<u4") copy_as<uint32_t>(bytes, values);
  else throw Problem(path + " holds numbers of type " + type);
  return values;
}

/* so many numbers; a file of one number holds it for all */
template <class T>
inline std::vector<T> read_column(const std::string& path, size_t rows)
{
  std::vector<T> values = read_npy<T>(path);
  if (values.size() == 1) values.assign(rows, T(values[0]));
  if (values.size() != rows) throw Problem(path + " has not " + std::to_string(rows) + " rows");
  return values;
}

template <class T> struct NpyType;
template <> struct NpyType<double> { static const char* text() { return "<f8"; } };
template <> struct NpyType<int64_t> { static const char* text() { return "<i8"; } };
template <> struct NpyType<uint32_t> { static const char* text() { return "<u4"; } };
template <> struct NpyType<uint16_t> { static const char* text() { return "<u2"; } };
template <> struct NpyType<uint8_t> { static const char* text() { return "|u1"; } };

/* write the array, `shape` in Python's notation; the file is on the disk when this returns */
template <class T>
inline void write_npy(const std::string& path, const std::vector<T>& values, const std::string& shape)
{
  std::string text = std::string("{'descr': '") + NpyType<T>::text() + "', 'fortran_order': False, 'shape': " + shape + ", }";
  text += std::string(63 - (text.size() + 10) % 64, ' ') + "\n";
  const unsigned char head[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(text.size() & 255),
                                   (unsigned char)(text.size() >> 8) };
  FILE* file = fopen(path.c_str(), "wb");
  if (!file) throw Problem("cannot write " + path);
  bool good = fwrite(head, 1, 10, file) == 10 && fwrite(text.data(), 1, text.size(), file) == text.size();
  good = good && (values.empty() || fwrite(values.data(), sizeof(T), values.size(), file) == values.size());
  good = fflush(file) == 0 && fsync(fileno(file)) == 0 && good;
  good = fclose(file) == 0 && good;
  if (!good) throw Problem("cannot write " + path + " (is the disk full?)");
}

template <class T>
inline void write_npy(const std::string& path, const std::vector<T>& values)
{
  write_npy(path, values, "(" + std::to_string(values.size()) + ",)");
}

}  // namespace snn

#endif
