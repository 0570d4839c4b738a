/*
 * What an SVG may be made of to be drawn here. It is drawn once and thrown away: what is served is the picture that came of it.
 * The library that draws loads nothing from elsewhere, and is not relied upon for that: whatever could point anywhere is refused.
 */

/** Of text: a path of a megabyte takes many seconds to draw. */
export const maxSvgBytes = 128 * 1024;

/** Each may stand for many shapes, and those for many more. */
const maxUses = 30;

const allowed = new Set(
  (
    'svg g defs title desc path rect circle ellipse line polyline polygon text tspan ' +
    'linearGradient radialGradient stop clipPath mask symbol use style'
  ).split(' '),
);

const namedReferences: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A tag with its attributes: no `<` in a value, as XML has it. */
const tag = /<(\/?)([A-Za-z_][\w:.-]*)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>/y;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const declaration = /^\uFEFF?\s*<\?xml\s[^?<>]*\?>/;
const encoding = /encoding\s*=\s*["']([^"']*)["']/;

/** Whether bytes look like SVG, and not like a picture of pixels. */
export const looksLikeSvg = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|svg)/i.test(start);
};

/** Why an SVG is not drawn, as a sentence goes on; `null`: it may be. */
export function findSvgProblem(bytes: Uint8Array): string | null {
  const text = decodeText(bytes);
  if (text === null) return 'it is no text in UTF-8';
  const [declared = ''] = declaration.exec(text) ?? [];
  const [, named = 'utf-8'] = encoding.exec(declared) ?? [];
  if (named.toLowerCase() !== 'utf-8') return 'it says that it is not in UTF-8';
  let uses = 0;
  for (let at = text.indexOf('<', declared.length); at !== -1; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      if (end === -1) return 'it is no well-formed XML';
      at = end + 3;
      continue;
    }
    if (text.startsWith('<!', at)) return 'it holds a document type, an entity or a CDATA section';
    if (text.startsWith('<?', at)) return 'it holds a processing instruction';
    tag.lastIndex = at;
    const [whole, closing, name = '', rest = ''] = tag.exec(text) ?? [];
    if (whole === undefined) return 'it is no well-formed XML';
    if (!allowed.has(name)) return `it holds the element ${name.slice(0, 40)}; save it as a plain SVG of shapes`;
    uses += name === 'use' && closing === '' ? 1 : 0;
    if (uses > maxUses) return `it holds more than ${maxUses} elements use`;
    const problem = findAttributeProblem(rest);
    if (problem !== null) return problem;
    at += whole.length;
    if (name !== 'style' || closing !== '' || rest.endsWith('/')) continue;
    // What is after a comment or an element is style, too.
    if (!text.startsWith('</style', text.indexOf('<', at))) return 'its style holds something other than text';
    if (!isStyleWithinAt(text, at)) return 'its style points elsewhere';
  }
  return null;
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function findAttributeProblem(rest: string): string | null {
  for (const [, name = '', double, single] of rest.matchAll(attribute)) {
    const value = decodeReferences(double ?? single ?? '');
    if (value === null) return 'it holds an entity';
    if (/^on/i.test(name)) return `it holds the event handler ${name.slice(0, 40)}`;
    if (/^(?:xml:base|src)$/i.test(name)) return `it holds the attribute ${name}`;
    if (/(?:^|:)href$/i.test(name) && !/^#[\w.-]+$/.test(value.trim())) return 'it points to something outside of it';
    if (!/^xmlns/.test(name) && !isStyleWithin(value)) return 'it points to something outside of it';
  }
  return null;
}

/** Whether the style that begins there, up to the next tag, stays within the picture. */
const isStyleWithinAt = (text: string, at: number): boolean => {
  const style = decodeReferences(text.slice(at, text.indexOf('<', at)));
  return style !== null && isStyleWithin(style);
};

/** Nothing is loaded: neither by `url()` nor by a rule, nor by either in disguise. */
const isStyleWithin = (style: string): boolean =>
  !/[\\]|@import|@font-face|javascript:|image-set|src\(/i.test(style) &&
  [...style.matchAll(/url\(\s*["']?([^)]{0,2})/gi)].every(([, start]) => start?.startsWith('#'));

/** @returns `null` where there is another reference than to a character */
function decodeReferences(text: string): string | null {
  let isKnown = true;
  const decoded = text.replace(/&([^;&]*);?/g, (_whole, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : null;
    if (code !== null && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    const character = Object.hasOwn(namedReferences, name) ? namedReferences[name] : undefined;
    isKnown &&= character !== undefined;
    return character ?? '';
  });
  return isKnown ? decoded : null;
}
