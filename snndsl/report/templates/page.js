"use strict";
(function () {
  var box = document.createElement("div");
  box.id = "box";
  box.hidden = true;
  box.setAttribute("role", "status");
  document.body.appendChild(box);

  function prepare(svg) {
    var spikes = Array.from(svg.querySelectorAll("circle"));
    var links = Array.from(svg.querySelectorAll(".links path"));
    var touching = spikes.map(function () { return []; });
    var at = -1;
    links.forEach(function (link) {
      touching[+link.dataset.a].push(link);
      touching[+link.dataset.b].push(link);
    });
    spikes.forEach(function (spike, k) {
      var title = spike.querySelector("title");
      spike.dataset.k = k;
      spike.dataset.text = title.textContent;
      spike.setAttribute("aria-label", title.textContent);
      title.remove();
    });
    function clear() {
      if (at < 0) { return; }
      svg.classList.remove("on");
      spikes.forEach(function (spike) { spike.classList.remove("me", "near"); });
      touching[at].forEach(function (link) { link.classList.remove("in", "out"); });
      box.hidden = true;
      at = -1;
    }
    function show(k) {
      if (k === at) { return; }
      clear();
      at = k;
      svg.classList.add("on");
      spikes[k].classList.add("me");
      touching[k].forEach(function (link) {
        var incoming = +link.dataset.b === k;
        link.classList.add(incoming ? "in" : "out");
        spikes[+(incoming ? link.dataset.a : link.dataset.b)].classList.add("near");
      });
      box.textContent = spikes[k].dataset.text;
      box.hidden = false;
      var place = spikes[k].getBoundingClientRect(), size = box.getBoundingClientRect();
      var left = place.right + 14, top = place.top - 12;
      if (left + size.width > innerWidth - 8) { left = place.left - size.width - 14; }
      box.style.left = Math.max(8, left) + "px";
      box.style.top = Math.max(8, Math.min(top, innerHeight - size.height - 8)) + "px";
    }
    svg.addEventListener("pointerover", function (event) {
      if (event.target.tagName === "circle") { show(+event.target.dataset.k); } else { clear(); }
    });
    svg.addEventListener("pointerleave", clear);
    svg.addEventListener("blur", clear);
    svg.addEventListener("keydown", function (event) {
      var last = spikes.length - 1, next;
      if (event.key === "ArrowRight") { next = Math.min(at + 1, last); }
      else if (event.key === "ArrowLeft") { next = at < 0 ? last : Math.max(at - 1, 0); }
      else if (event.key === "Home") { next = 0; }
      else if (event.key === "End") { next = last; }
      else if (event.key === "Escape") { clear(); return; }
      else { return; }
      event.preventDefault();
      show(next);
    });
  }

  function sortable(table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var button = head.querySelector("button");
      if (!button) { return; }
      button.addEventListener("click", function () {
        var falling = head.getAttribute("aria-sort") !== "descending";
        var rows = Array.from(table.tBodies[0].rows);
        rows.sort(function (one, other) {
          var a = parseFloat(one.cells[column].dataset.v || one.cells[column].textContent);
          var b = parseFloat(other.cells[column].dataset.v || other.cells[column].textContent);
          return falling ? b - a : a - b;
        });
        heads.forEach(function (item) { item.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
      });
    });
  }

  function opened() {
    var part = /^#group-[0-9]+$/.test(location.hash) ? document.querySelector(location.hash) : null;
    if (part) { part.open = true; part.scrollIntoView(); }
  }

  document.querySelectorAll("svg.group").forEach(prepare);
  document.querySelectorAll("table.sortable").forEach(sortable);
  addEventListener("hashchange", opened);
  opened();
})();
