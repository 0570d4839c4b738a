/* Runs in the browser, before the page's own scripts. */

/** Writes the time when one of the named screens appears to `data-ended-at`, in milliseconds since the navigation. */
export function noteEnd(names) {
  const note = () => {
    const screen = document.querySelector('main')?.dataset.screen;
    if (names.includes(screen)) document.documentElement.dataset.endedAt ??= String(performance.now());
  };
  new MutationObserver(note).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-screen'] });
}
