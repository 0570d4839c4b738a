// Extracts sections of rendered pages for the table of contents and the search.

const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

const withoutTags = (html) =>
  html.replace(/<!--[\s\S]*?-->|<\/?(a|code|em|s|span|strong)\b[^>]*>/g, '').replace(/<[^>]+>/g, ' ');

const plain = (html) =>
  withoutTags(html)
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity])
    .replace(/\s+/g, ' ')
    .trim();

export const contentsOf = (html) =>
  [...html.matchAll(/<h2 id="([^"]+)">([\s\S]*?)<\/h2>/g)].map(([, id, text]) => ({
    id,
    text: withoutTags(text).trim(),
  }));

export const sectionsOf = (name, page) => {
  const [, main = ''] = /<\/details>([\s\S]*)<\/main>/.exec(page) ?? /<main>([\s\S]*)<\/main>/.exec(page) ?? [];
  const [, title = ''] = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(main) ?? [];
  let above = { id: '', text: '' };
  return main
    .split(/(?=<h[1-4] id="|<tr id="|<tr>|<\/table>)/)
    .map((part) => {
      const [, kind = '', id = ''] = /^<(\w+) id="([^"]+)">/.exec(part) ?? [];
      if (/^h/.test(kind)) above = { id, text: /^<h\d[^>]*>([\s\S]*?)<\/h\d>/.exec(part)?.[1] ?? '' };
      const place = kind === 'tr' ? { id, text: /<td[^>]*>([\s\S]*?)<\/td>/.exec(part)?.[1] ?? '' } : above;
      return {
        at: place.id === '' ? name : `${name}#${place.id}`,
        page: plain(title),
        heading: plain(place.text),
        text: plain(part.replace(/^<h\d[\s\S]*?<\/h\d>/, '')),
      };
    })
    .filter(({ text }, index) => text !== '' || index === 0);
};
