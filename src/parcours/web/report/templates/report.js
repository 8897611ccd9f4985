// Remembers language and theme, and opens what a link points to. The page works without it.
(() => {
  const keep = (name, value) => { try { localStorage.setItem(`parcours-${name}`, value); } catch { /* a private window keeps nothing */ } };
  const kept = (name) => { try { return localStorage.getItem(`parcours-${name}`); } catch { return null; } };
  const choose = (name, value) => {
    const box = document.getElementById(`${name}-${value}`);
    if (box) box.checked = true;
    if (name === "language" && box) document.documentElement.lang = value;
  };
  for (const name of ["language", "theme"]) {
    const wanted = kept(name) ?? (name === "language" && (navigator.language || "").startsWith("fr") ? "fr" : null);
    if (wanted) choose(name, wanted);
    for (const box of document.getElementsByName(name)) {
      box.addEventListener("change", () => { choose(name, box.value); keep(name, box.value); });
    }
  }
  const open = () => {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const inside = place && place.querySelector("details");
    if (place && place.closest("main")) choose("language", place.closest("main").lang);
    if (inside) { inside.open = true; place.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  open();
})();
