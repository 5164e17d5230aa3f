/* Elementary functions and random draws that have the same bits everywhere.
 *
 * Only IEEE double + - * / sqrt floor fabs, comparisons, and integer and bit operations are used, always in the order
 * written. So gcc and clang, C99 and C++11, -O0 to -O3 -march=native give the same bits, as long as contraction is off
 * (-ffp-contract=off) and fast-math is not asked for. The NumPy twins, operation by operation, are the modules beside it.
 * A result that is not a number is always the same one: 0x7ff8000000000000.
 *
 * References
 *   fdlibm (range reductions and minimax coefficients of exp, log, sin, cos, atan):
 *     Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
 *     business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this
 *     notice is preserved.
 *   Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 *   Normal quantile: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988) 477-484.
 *   Poisson counts above a mean of 10 (PTRS): W. Hormann, The transformed rejection method for generating Poisson random
 *     variables, Insurance: Mathematics and Economics 12 (1993) 39-45.
 */
#ifndef SNN_FUNCTIONS_H
#define SNN_FUNCTIONS_H

#ifdef __FAST_MATH__
#error "snndsl: compile without -ffast-math (and with -ffp-contract=off): results must not depend on the compiler"
#endif

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t snn_bits(double x)
{
  uint64_t b;
  memcpy(&b, &x, 8);
  return b;
}

static inline double snn_from_bits(uint64_t b)
{
  double x;
  memcpy(&x, &b, 8);
  return x;
}

static inline double snn_nan(void) { return snn_from_bits(0x7ff8000000000000ULL); }

static inline double snn_inf(void) { return snn_from_bits(0x7ff0000000000000ULL); }

/* size, with the sign bit of x */
static inline double snn_with_sign(double size, double x)
{
  return snn_from_bits((snn_bits(size) & 0x7fffffffffffffffULL) | (snn_bits(x) & 0x8000000000000000ULL));
}

static inline double snn_power_of_two(int64_t k) { return snn_from_bits((uint64_t)(k + 1023) << 52); }

/* ------------------------------------------------------------------------------------------------ exponentials */

/* x = k ln 2 + (hi - lo), and e^(hi - lo) = 1 + hi - lo + q; |x| < 1500 */
static inline int64_t snn_exp_parts(double x, double *hi, double *lo, double *q)
{
  const double z = x * 1.4426950408889634 + 6755399441055744.0;
  const double n = z - 6755399441055744.0;
  *hi = x - n * 0.6931471803691238;
  *lo = n * 1.9082149292705877e-10;
  const double r = *hi - *lo;
  const double t = r * r;
  const double p = ((((t * 4.1381367970572385e-08 + -1.6533902205465252e-06) * t + 6.613756321437934e-05) * t
                     + -0.0027777777777015593) * t + 0.16666666666666602) * t;
  const double c = r - p;
  *q = (r * c) / (2.0 - c);
  return (int64_t)(snn_bits(z) - 0x4338000000000000ULL);
}

/* half of k, rounded down; k >= -2048. As unsigned: vectors of signed 64-bit numbers have no such shift */
static inline int64_t snn_half(int64_t k) { return (int64_t)((uint64_t)(k + 2048) >> 1) - 1024; }

static inline double snn_exp(double x)
{
  const double bounded = x < -746.0 ? -746.0 : x > 710.0 ? 710.0 : x;
  double hi, lo, q;
  const int64_t k = snn_exp_parts(bounded, &hi, &lo, &q);
  const double y = 1.0 - ((lo - q) - hi);
  const int64_t k1 = snn_half(k);
  const double e = (y * snn_power_of_two(k1)) * snn_power_of_two(k - k1);
  return x != x ? snn_nan() : e;
}

/* e^x - 1 = mantissa * s1 * s2; -50 <= x <= 720 */
static inline double snn_expm1_parts(double x, double *s1, double *s2)
{
  double hi, lo, q;
  const int64_t k = snn_exp_parts(x, &hi, &lo, &q);
  const double y = hi - (lo - q);
  const int64_t k1 = snn_half(k);
  *s1 = snn_power_of_two(k1);
  *s2 = snn_power_of_two(k - k1);
  return (1.0 - snn_power_of_two(k < 1000 ? -k : -1000)) + y;
}

static inline double snn_expm1(double x)
{
  double s1, s2;
  const double m = snn_expm1_parts(x < -50.0 ? -50.0 : x > 720.0 ? 720.0 : x, &s1, &s2);
  const double e = snn_with_sign((m * s1) * s2, x);
  return x != x ? snn_nan() : e;
}

/* (e^x - 1) / x, and 1 at 0 */
static inline double snn_exprel(double x)
{
  double s1, s2;
  const double bounded = x > 720.0 ? 720.0 : x;
  const double m = snn_expm1_parts(x < -50.0 ? -50.0 : bounded, &s1, &s2);
  const double e = ((m * s1) / bounded) * s2;
  return x != x ? snn_nan() : x == 0.0 ? 1.0 : e;
}

static inline double snn_sigmoid(double x)
{
  const double y = 1.0 / (1.0 + snn_exp(-x));
  return x != x ? snn_nan() : y;
}

static inline double snn_tanh(double x)
{
  const double a = fabs(x);
  const double t = snn_expm1((a < 30.0 ? a : 30.0) * 2.0);
  const double u = t + 2.0;
  const double d = t - (u - 2.0); /* what u lost */
  const double y = t / u;
  const double e = snn_with_sign(y - (y * d) / u, x);
  return x != x ? snn_nan() : e;
}

/* ------------------------------------------------------------------------------------------------- logarithms */

/* ln of the positive normal number with these bits, plus k0 ln 2, plus the small term c */
static inline double snn_log_parts(uint64_t bits, double k0, double c)
{
  const uint64_t b = bits + 0x00095f6200000000ULL;
  const double k = (double)((int64_t)(b >> 52) - 1023) + k0;
  const double f = snn_from_bits((b & 0x000fffffffffffffULL) + 0x3fe6a09e00000000ULL) - 1.0;
  const double s = f / (f + 2.0);
  const double z = s * s;
  const double w = z * z;
  const double odd = (((w * 0.14798198605116586 + 0.1818357216161805) * w + 0.2857142874366239) * w + 0.6666666666666735) * z;
  const double even = ((w * 0.15313837699209373 + 0.22222198432149784) * w + 0.3999999999940942) * w;
  const double h = (f * f) * 0.5;
  return k * 0.6931471803691238 - ((h - (((odd + even) + h) * s + (k * 1.9082149292705877e-10 + c))) - f);
}

static inline double snn_log(double x)
{
  if (x != x || x < 0.0) return snn_nan();
  if (x == 0.0) return -snn_inf();
  if (x == snn_inf()) return x;
  if (x < 2.2250738585072014e-308) return snn_log_parts(snn_bits(x * 18014398509481984.0), -54.0, 0.0);
  return snn_log_parts(snn_bits(x), 0.0, 0.0);
}

static inline double snn_log1p(double x)
{
  if (x != x || x < -1.0) return snn_nan();
  if (x == -1.0) return -snn_inf();
  if (x == snn_inf()) return x;
  const double u = x + 1.0;
  const double v = u - 1.0;
  const double c = ((1.0 - (u - v)) + (x - v)) / u;
  return snn_with_sign(snn_log_parts(snn_bits(u), 0.0, c), x);
}

/* --------------------------------------------------------------------------------------------- trigonometric */

/* Sine and cosine of a mod pi/2, a >= 0 and finite; returns the quadrant. Cody-Waite in four parts, all products exact for
 * a <= 1e6. Larger a are first brought down with a rounded 2 pi: finite, the same everywhere, but off by about 2^-50 a. */
static inline unsigned snn_sin_cos(double a, double *sine, double *cosine)
{
  while (a > 1000000.0) a = a - floor(a * 0.159154943091895) * 6.283185307179586;
  const double magic = a * 0.6366197723675814 + 6755399441055744.0;
  const double n = magic - 6755399441055744.0;
  const double r1 = a - n * 1.5707963267341256;
  const double t2 = n * 6.077100506303966e-11;
  const double r2 = r1 - t2;
  const double t3 = n * 2.0222662487111665e-21;
  const double r3 = r2 - t3;
  const double tail = (((r1 - r2) - t2) + ((r2 - r3) - t3)) - n * 8.4784276603689e-32;
  const double x = r3 + tail;
  const double y = (r3 - x) + tail;
  const double z = x * x;
  const double v = z * x;
  const double s = (((z * 1.58969099521155e-10 + -2.5050760253406863e-08) * z + 2.7557313707070068e-06) * z
                    + -0.00019841269829857949) * z + 0.008333333333322489;
  *sine = x - ((z * (y * 0.5 - v * s) - y) - v * -0.16666666666666632);
  const double c = (((((z * -1.1359647557788195e-11 + 2.087572321298175e-09) * z + -2.7557314351390663e-07) * z
                      + 2.480158728947673e-05) * z + -0.001388888888887411) * z + 0.0416666666666666) * z;
  const double h = z * 0.5;
  const double w = 1.0 - h;
  *cosine = w + (((1.0 - w) - h) + (z * c - x * y));
  return (unsigned)(snn_bits(magic) & 3);
}

static inline double snn_flip_if(double x, unsigned flip) { return snn_from_bits(snn_bits(x) ^ ((uint64_t)flip << 63)); }

static inline double snn_sin(double x)
{
  if (!(fabs(x) < snn_inf())) return snn_nan();
  double s, c;
  const unsigned quadrant = snn_sin_cos(fabs(x), &s, &c);
  return snn_flip_if(quadrant & 1 ? c : s, (quadrant >> 1) ^ (unsigned)(snn_bits(x) >> 63));
}

static inline double snn_cos(double x)
{
  if (!(fabs(x) < snn_inf())) return snn_nan();
  double s, c;
  const unsigned quadrant = snn_sin_cos(fabs(x), &s, &c);
  return snn_flip_if(quadrant & 1 ? s : c, ((quadrant + 1) >> 1) & 1);
}

static inline double snn_tan(double x)
{
  if (!(fabs(x) < snn_inf())) return snn_nan();
  double s, c;
  const unsigned odd = snn_sin_cos(fabs(x), &s, &c) & 1;
  return snn_flip_if((odd ? c : s) / (odd ? s : c), odd ^ (unsigned)(snn_bits(x) >> 63));
}

/* arctangent of q >= 0: about 0, 1/2, 1, 3/2 or infinity */
static inline double snn_arctangent(double q)
{
  double high = 0.0, low = 0.0, x = q;
  if (q >= 2.4375) {
    high = 1.5707963267948966, low = 6.123233995736766e-17, x = -1.0 / q;
  } else if (q >= 1.1875) {
    high = 0.982793723247329, low = 1.3903311031230998e-17, x = (q - 1.5) / (1.0 + 1.5 * q);
  } else if (q >= 0.6875) {
    high = 0.7853981633974483, low = 3.061616997868383e-17, x = (q - 1.0) / (q + 1.0);
  } else if (q >= 0.4375) {
    high = 0.4636476090008061, low = 2.2698777452961687e-17, x = (2.0 * q - 1.0) / (2.0 + q);
  }
  const double z = x * x;
  const double w = z * z;
  const double odd = (((((w * 0.016285820115365782 + 0.049768779946159324) * w + 0.06661073137387531) * w
                        + 0.09090887133436507) * w + 0.14285714272503466) * w + 0.3333333333333293) * z;
  const double even = ((((w * -0.036531572744216916 + -0.058335701337905735) * w + -0.0769187620504483) * w
                        + -0.11111110405462356) * w + -0.19999999999876483) * w;
  return high - ((x * (odd + even) - low) - x);
}

/* the angle of the point (x, y); zeros and infinities as in C */
static inline double snn_atan2(double y, double x)
{
  if (x != x || y != y) return snn_nan();
  const double a = fabs(y), b = fabs(x);
  const double r = snn_arctangent(a == b ? (a == 0.0 ? 0.0 : 1.0) : a / b);
  return snn_with_sign(snn_bits(x) >> 63 ? 3.141592653589793 - (r - 1.2246467991473532e-16) : r, y);
}

/* ------------------------------------------------------------------------------------------------ random draws */

/* Philox4x32-10 */
static inline void snn_philox(uint32_t k0, uint32_t k1, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t out[4])
{
  int round;
  for (round = 0; round < 10; ++round) {
    const uint64_t p = (uint64_t)0xD2511F53u * c0, q = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(q >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)q;
    c2 = (uint32_t)(p >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/* two words to the open unit interval; without the limit the largest pair would round to 1 */
static inline double snn_unit(uint32_t a, uint32_t b)
{
  const double u = ((double)(((uint64_t)(a >> 5) << 26) | (b >> 6)) + 0.5) * 1.1102230246251565e-16;
  return u < 0.9999999999999999 ? u : 0.9999999999999999;
}

static inline uint32_t snn_word(double x) { return (uint32_t)(uint64_t)(int64_t)x; }

/* The arguments of every draw hold whole numbers: two key words, then element, step and trial < 2^32, call < 2^16: which
 * draw of the model's text; attempt < 2^16: 0 unless the draw is repeated. */
static inline double snn_uniform_attempt(double k0, double k1, double element, double step, double trial, double call,
                                         double attempt)
{
  uint32_t o[4];
  snn_philox(snn_word(k0), snn_word(k1), snn_word(element), snn_word(step), snn_word(trial),
             (snn_word(call) << 16) | (snn_word(attempt) & 0xffffu), o);
  return snn_unit(o[0], o[1]);
}

static inline double snn_uniform(double k0, double k1, double element, double step, double trial, double call)
{
  return snn_uniform_attempt(k0, k1, element, step, trial, call, 0.0);
}

/* the standard normal quantile, 0 < p < 1 */
static inline double snn_normal_quantile(double p)
{
  const double q = p - 0.5;
  if (fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    const double a = ((((((r * 2509.0809287301227 + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r
                        + 13731.69376550946) * r + 1971.5909503065513) * r + 133.14166789178438) * r + 3.3871328727963665;
    const double b = ((((((r * 5226.495278852854 + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r
                        + 5394.196021424751) * r + 687.1870074920579) * r + 42.31333070160091) * r + 1.0;
    return (q * a) / b;
  }
  double r = sqrt(-snn_log(q < 0.0 ? p : 1.0 - p)), a, b;
  if (r <= 5.0) {
    r = r - 1.6;
    a = ((((((r * 0.0007745450142783414 + 0.022723844989269184) * r + 0.2417807251774506) * r + 1.2704582524523684) * r
           + 3.6478483247632045) * r + 5.769497221460691) * r + 4.630337846156546) * r + 1.4234371107496835;
    b = ((((((r * 1.0507500716444169e-09 + 0.0005475938084995345) * r + 0.015198666563616457) * r + 0.14810397642748008) * r
           + 0.6897673349851) * r + 1.6763848301838038) * r + 2.053191626637759) * r + 1.0;
  } else {
    r = r - 5.0;
    a = ((((((r * 2.0103343992922881e-07 + 2.7115555687434876e-05) * r + 0.0012426609473880784) * r + 0.026532189526576124) * r
           + 0.29656057182850487) * r + 1.7848265399172913) * r + 5.463784911164114) * r + 6.657904643501103;
    b = ((((((r * 2.0442631033899397e-15 + 1.4215117583164459e-07) * r + 1.8463183175100548e-05) * r
            + 0.0007868691311456133) * r + 0.014875361290850615) * r + 0.1369298809227358) * r + 0.599832206555888) * r + 1.0;
  }
  return snn_with_sign(a / b, q);
}

static inline double snn_normal_attempt(double k0, double k1, double element, double step, double trial, double call,
                                        double attempt)
{
  return snn_normal_quantile(snn_uniform_attempt(k0, k1, element, step, trial, call, attempt));
}

static inline double snn_normal(double k0, double k1, double element, double step, double trial, double call)
{
  return snn_normal_attempt(k0, k1, element, step, trial, call, 0.0);
}

/* A normal draw within bounds: the first of the attempts 0, 1, ... that lies in [low, high]; no number where surely less than
 * a thousandth of all draws would, or after 65536 attempts. */
static inline double snn_normal_in(double mean, double spread, double low, double high, double k0, double k1, double element,
                                   double step, double trial, double call)
{
  const double width = fabs(spread);
  if (!(low <= high && 0.4 * (high - low) >= 0.001 * width && low - mean <= 3.1 * width && mean - high <= 3.1 * width))
    return snn_nan();
  for (double attempt = 0.0; attempt < 65536.0; attempt = attempt + 1.0) {
    const double drawn = mean + spread * snn_normal_attempt(k0, k1, element, step, trial, call, attempt);
    if (drawn >= low && drawn <= high) return drawn;
  }
  return snn_nan();
}

/* The smallest count whose cumulative probability reaches u; 0 < mean <= 10. What is added up for a mean is kept for the
 * next draw from it, in each thread, and added up further where u asks for more. */
static inline double snn_poisson_quantile(double mean, double u)
{
  static __thread double known = 0.0, p = 0.0, sums[64];
  static __thread int have = 0;
  if (mean != known) {
    known = mean;
    p = sums[0] = snn_exp(-mean);
    have = 0;
  }
  int count = 0;
  while (u > sums[count]) {
    if (count == have) {
      p = p * (mean / (double)(count + 1));
      sums[count + 1] = sums[count] + p;
      have = have + 1;
    }
    count = count + 1;
    if (sums[count] == sums[count - 1]) break;
  }
  return (double)count;
}

/* log(k!) - (k + 1/2) log(k) + k - log(2 pi) / 2, k >= 1 */
static inline double snn_stirling_rest(double k)
{
  static const double few[10] = { 0.0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093,
                                  0.016644691189821193, 0.013876128823070748, 0.01189670994589177, 0.010411265261972096,
                                  0.009255462182712733 };
  if (k < 10.0) return few[(int)k];
  const double r = 1.0 / (k * k);
  return (((r * -0.0005952380952380953 + 0.0007936507936507937) * r + -0.002777777777777778) * r + 0.08333333333333333) / k;
}

/* the logarithm of the probability of k */
static inline double snn_poisson_log_probability(double mean, double k)
{
  if (k == 0.0) return -mean;
  const double away = mean - k;
  return ((k * snn_log1p(away / k) - away) - 0.5 * snn_log(6.283185307179586 * k)) - snn_stirling_rest(k);
}

/* propose a count from u, and take it or not by v; mean > 10 */
static inline int snn_poisson_proposal(double mean, double u, double v, double *count)
{
  const double b = 0.931 + 2.53 * sqrt(mean), a = 0.02483 * b - 0.059;
  const double end = u < 0.5 ? u : 1.0 - u;
  const double k = floor((((2.0 * a) / end + b) * (u - 0.5) + mean) + 0.43);
  *count = k;
  if (end >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2.0)) return 1;
  if (k < 0.0 || (end < 0.013 && v > end)) return 0;
  const double height = (v * (1.1239 + 1.1328 / (b - 3.4))) / (a / (end * end) + b);
  return snn_log(height) <= snn_poisson_log_probability(mean, k);
}

/* By inversion for a mean up to 10; beyond by transformed rejection: the first proposal that is taken, attempts 0, 1, ...
 * A mean of 0 or less gives 0; one that is no number or above 1e15 (counts around it are no doubles) gives no number. */
static inline double snn_poisson(double mean, double k0, double k1, double element, double step, double trial, double call)
{
  if (mean <= 0.0) return 0.0;
  if (!(mean <= 1e15)) return snn_nan();
  if (mean <= 10.0) return snn_poisson_quantile(mean, snn_uniform(k0, k1, element, step, trial, call));
  double count;
  uint32_t o[4], attempt = 0;
  do {
    snn_philox(snn_word(k0), snn_word(k1), snn_word(element), snn_word(step), snn_word(trial),
               (snn_word(call) << 16) | (attempt & 0xffffu), o);
    attempt = attempt + 1;
  } while (!snn_poisson_proposal(mean, snn_unit(o[0], o[1]), snn_unit(o[2], o[3]), &count));
  return count;
}

#endif
