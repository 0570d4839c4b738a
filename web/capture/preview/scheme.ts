const asked = /prefers-color-scheme:\s*(light|dark)/;

export function showScheme(wished: string | null): void {
  if (wished !== 'light' && wished !== 'dark') return;
  document.documentElement.dataset.scheme = wished;
  const answer = (query: string): string | null => {
    const [, scheme] = asked.exec(query) ?? [];
    return scheme === undefined ? null : scheme === wished ? 'all' : 'not all';
  };
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      const media = rule instanceof CSSMediaRule ? answer(rule.media.mediaText) : null;
      if (media !== null && rule instanceof CSSMediaRule) rule.media.mediaText = media;
    }
  }
  new MutationObserver(() => {
    for (const source of document.querySelectorAll('source')) {
      const media = answer(source.media);
      if (media !== null) source.media = media;
    }
  }).observe(document.body, { childList: true, subtree: true });
}
