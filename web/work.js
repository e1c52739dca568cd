/* Officers' pages: hide at once when locking, and warn before typed text is lost. */
(function () {
  'use strict';
  var lock = document.getElementById('lock'), dirty = false;

  function hide() { document.documentElement.className += ' left-now'; }

  if (lock && lock.parentNode) lock.parentNode.addEventListener('submit', function () { dirty = false; hide(); });
  addEventListener('pageshow', function (e) { if (e.persisted) location.reload(); });

  document.addEventListener('input', function (e) {
    var t = /** @type {HTMLElement} */ (e.target), f = t.closest ? t.closest('form') : null;
    if (f && f.method === 'post') dirty = true;
  });
  document.addEventListener('submit', function () { dirty = false; });
  addEventListener('beforeunload', function (e) { if (dirty) { e.preventDefault(); e.returnValue = ''; } });
})();
