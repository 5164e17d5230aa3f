"""Style sheet and script of the pages; both are constant, nothing of a catalogue is ever put into them."""

from __future__ import annotations

__all__ = ["SCRIPT", "STYLE"]

STYLE = """
:root{color-scheme:light dark;--page:#f6f7f9;--paper:#fff;--ink:#1d2733;--soft:#5b6775;--edge:#e2e6eb;
 --line:#edf0f3;--code:#eef1f4;--over:#f1f6fb;--head:#3c4856;--link:#0b62a8;--grid:#e9edf1;--axis:#8a95a1;--in:#0072b2;--out:#d55e00;--bar:#31688e;--me:#111}
@media (prefers-color-scheme:dark){:root{--page:#12171d;--paper:#1b222b;--ink:#e6ebf0;--soft:#a3afbb;--edge:#313b47;
 --line:#2a333d;--code:#29323c;--over:#232d38;--head:#c3ccd6;--link:#7fbdf0;--grid:#28313b;--axis:#74808d;--in:#56b4e9;--out:#f0904a;--bar:#6fb1d6;--me:#fff}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);
 background:var(--page);margin:0;padding:28px 20px 80px}
main{max-width:1060px;margin:0 auto}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:18px;margin:34px 0 10px}
.sub{color:var(--soft);margin:0 0 18px}
.card{background:var(--paper);border:1px solid var(--edge);border-radius:8px;padding:14px 16px;margin:0 0 14px;overflow-x:auto}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:10px;margin:0 0 14px}
.numbers div{background:var(--paper);border:1px solid var(--edge);border-radius:8px;padding:10px 14px}
.numbers b{display:block;font-size:21px;line-height:1.25;font-variant-numeric:tabular-nums}
.numbers span{color:var(--soft);font-size:13px}
.say{border-left:4px solid #d98a00}
.say.known{border-left-color:#1f7a8c}
.say p{margin:0 0 6px}
.say p:last-child{margin:0}
code{background:var(--code);border-radius:4px;padding:1px 5px;font-size:13px}
.given code{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{text-align:right;padding:4px 10px;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child,.text{text-align:left}
th{font-weight:600;color:var(--head);vertical-align:bottom}
tbody tr:hover{background:var(--over)}
.scroll{overflow:auto;max-height:520px}
.scroll thead th{position:sticky;top:0;background:var(--paper);box-shadow:0 1px 0 var(--edge)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
th button::after{content:"\\2195";color:#aab4bf;margin-left:4px}
th[aria-sort=ascending] button::after{content:"\\2191";color:var(--link)}
th[aria-sort=descending] button::after{content:"\\2193";color:var(--link)}
a{color:var(--link)}
.spikes td:last-child,.spikes th:last-child{text-align:left;white-space:normal}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:14px}
.charts{margin:0 0 14px}
.charts .card{margin:0}
.given{margin:6px 0 0;line-height:1.8}
.card table+p,.card>p:last-child{margin-bottom:0}
details{background:var(--paper);border:1px solid var(--edge);border-radius:8px;margin:0 0 8px}
summary{cursor:pointer;padding:9px 14px;font-weight:600}
summary span{font-weight:400;color:var(--soft)}
details>*:not(summary){margin-left:16px;margin-right:16px}
.legend{font-size:13px;color:var(--soft);margin:2px 0 10px}
.legend i{display:inline-block;width:11px;height:11px;border-radius:50%;margin:0 5px -1px 14px}
.legend i:first-child{margin-left:0}
.i1{border:2.5px solid #d62728}
.i2{border:2px solid var(--bar)}
.i3,.i4{height:3px!important;width:20px!important;border-radius:2px!important;margin-bottom:3px!important}
.i3{background:var(--in)}
.i4{background:var(--out)}
svg{display:block;width:100%;height:auto}
svg:focus{outline:none}
svg:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
svg text{font-size:12px;fill:var(--soft);font-family:inherit}
svg .y{text-anchor:end;dominant-baseline:central}
svg .k{dominant-baseline:central}
svg .x,svg .name{text-anchor:middle}
svg .name{fill:var(--ink);font-size:13px}
svg .grid{stroke:var(--grid);fill:none}
svg .axis,svg .tick{stroke:var(--axis);fill:none}
svg.histogram rect{fill:var(--bar)}
svg.histogram rect:hover{fill:var(--out)}
.names text{font-size:10.5px;pointer-events:none;paint-order:stroke;stroke:var(--paper);
 stroke-width:2.5px;stroke-linejoin:round}
.names .mother{font-weight:700;fill:var(--ink)}
.links path{fill:none;stroke-width:1.2}
circle{stroke-width:1.6;cursor:pointer}
circle.anchor{stroke:#d62728;stroke-width:2.8}
circle.hollow{fill:var(--paper)}
circle:hover{stroke:var(--me)}
svg.on .links{opacity:1}
svg.on .links path{opacity:.07}
svg.on .links .in{opacity:1;stroke:var(--in);stroke-width:2.2}
svg.on .links .out{opacity:1;stroke:var(--out);stroke-width:2.2}
svg.on.many .links path{opacity:.02}
svg.on.many .links .in,svg.on.many .links .out{opacity:1}
svg.on circle{opacity:.28}
svg.on .me,svg.on .near{opacity:1}
svg.on .me{stroke:var(--me);stroke-width:3}
svg.on .names{opacity:.3}
#box{position:fixed;z-index:9;max-width:360px;background:#16202b;color:#fff;border-radius:8px;padding:9px 13px;font-size:13px;
 line-height:1.45;white-space:pre-wrap;pointer-events:none;box-shadow:0 6px 22px rgba(10,20,30,.28)}
#box::first-line{font-weight:700}
#box[hidden]{display:none}
@media print{:root{color-scheme:light}.card,details{break-inside:avoid}details>*{display:block}.scroll{max-height:none}}
"""

SCRIPT = """
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
"""
