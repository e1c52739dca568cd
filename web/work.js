/* Officers' pages: hide the page at once when it is locked, and ask before
   typed text is lost.  Without this file locking and forms still work. */
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
  addEventListener('pageshow', function (e) { if (e.persisted) location.reload(); });
})();
