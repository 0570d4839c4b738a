/* Runs inside the page, before the page's own scripts. */

/** Records what the page shows, says and fills, each with its time, in `window.noted`. */
export function watchLight() {
  window.noted = { lights: [], said: [], filled: [] };
  const note = (list, value) => {
    if (list.at(-1)?.value !== value) list.push({ at: performance.now(), value });
  };
  const look = () => {
    const lamp = document.querySelector('.lamp');
    const halves = lamp === null ? [] : [...lamp.children].map(({ style }) => style.backgroundColor);
    const shown = lamp?.hidden ? 'hidden' : `${lamp?.dataset.axis}: ${halves.join(', ')}`;
    note(window.noted.lights, lamp === null ? '' : shown);
    const spoken = document.querySelector('[aria-live]')?.textContent ?? '';
    if (document.querySelector('main')?.dataset.screen === 'challenge') note(window.noted.said, spoken);
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['style', 'data-screen', 'hidden'],
  });
  document.addEventListener('fullscreenchange', () => {
    note(window.noted.filled, document.fullscreenElement !== null);
  });
}
