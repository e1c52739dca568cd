/* Officers' pages: hide the page at once when it is locked, ask before typed
   text is lost, and show who may be meant while a person is described.  Without
   this file locking, forms and the button that asks still work. */
(function () {
  'use strict';
  const lock = document.getElementById('lock');
  const lockForm = lock ? lock.closest('form') : null;
  let dirty = false;

  document.addEventListener('input', function (e) {
    const from = e.target instanceof Element ? e.target.closest('form') : null;
    if (from && from.method === 'post') dirty = true;
  });
  document.addEventListener('submit', function (e) {
    dirty = false;
    if (lockForm && e.target === lockForm) document.documentElement.className += ' left-now';
  });
  addEventListener('beforeunload', function (e) { if (dirty) e.preventDefault(); });

  const seen = document.getElementById('look');
  const ask = document.querySelector('button[name="look"]');
  const form = ask instanceof HTMLButtonElement ? ask.form : null;
  let timer = 0, turn = 0;

  /** @param {number} mine */
  function show(mine) {
    if (!form || !seen) return;
    const body = new FormData();
    new FormData(form).forEach(function (v, k) { if (typeof v === 'string') body.append(k, v); });
    body.set('look', 'typing');
    fetch(form.action, { method: 'POST', body: body }).then(function (r) { return r.ok ? r.text() : ''; })
      .then(function (t) {
        const next = new DOMParser().parseFromString(t, 'text/html').getElementById('look');
        if (next && mine === turn) seen.replaceChildren.apply(seen, Array.from(next.childNodes));
      }).catch(function () { /* no line: the button is still there */ });
  }
  if (form && seen) form.addEventListener('input', function () {
    clearTimeout(timer);
    timer = setTimeout(show, 600, ++turn);
  });
  addEventListener('pageshow', function (e) { if (e.persisted) location.reload(); });
})();
