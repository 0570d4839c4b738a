/*
 * The server draws an SVG once and serves only the resulting picture. As a second line of defense, an SVG with
 * references to anything outside of itself is refused.
 */

/** A path of a megabyte takes many seconds to draw. */
export const maxSvgBytes = 128 * 1024;

const maxUses = 30;

const allowed = new Set(
  (
    'svg g defs title desc path rect circle ellipse line polyline polygon text tspan ' +
    'linearGradient radialGradient stop clipPath mask symbol use style'
  ).split(' '),
);

const namedReferences: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const maxNameCharacters = 64;

const nameCharacters = /[\w:.-]{1,64}/y;
const space = /[ \t\r\n]*/y;
const declaration = /^\uFEFF?\s*<\?xml\s[^?<>]*\?>/;
const encoding = /encoding\s*=\s*["']([^"']*)["']/;

export const looksLikeSvg = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|svg)/i.test(start);
};

export function findSvgProblem(bytes: Uint8Array): string | null {
  const text = decodeText(bytes);
  if (text === null) return 'it is not text in UTF-8';
  const [declared = ''] = declaration.exec(text) ?? [];
  const [, named = 'utf-8'] = encoding.exec(declared) ?? [];
  if (named.toLowerCase() !== 'utf-8') return 'its XML declaration has another encoding than UTF-8';
  let uses = 0;
  for (let at = text.indexOf('<', declared.length); at !== -1; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      if (end === -1) return 'it is not well-formed XML';
      at = end + 3;
      continue;
    }
    if (text.startsWith('<!', at)) return 'it holds a document type, an entity or a CDATA section';
    if (text.startsWith('<?', at)) return 'it holds a processing instruction';
    const tag = readTag(text, at);
    if (tag === null) return 'it is not well-formed XML';
    const { name, closing, empty, attributes } = tag;
    if (!allowed.has(name)) return `it holds the element ${name.slice(0, 40)}; save it as a plain SVG of shapes`;
    uses += name === 'use' && !closing ? 1 : 0;
    if (uses > maxUses) return `it holds more than ${maxUses} elements use`;
    const problem = findAttributeProblem(attributes);
    if (problem !== null) return problem;
    at = tag.end;
    if (name !== 'style' || closing || empty) continue;
    // Text after a comment or an element would be style too.
    if (!text.startsWith('</style', text.indexOf('<', at))) return 'its style contains more than text';
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

interface Tag {
  readonly name: string;
  readonly closing: boolean;
  readonly empty: boolean;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly end: number;
}

/**
 * Reads an XML tag. It takes linear time, which a regular expression would not.
 * @returns `null` if malformed, or if a name is not ASCII or has over 64 characters
 */
function readTag(text: string, start: number): Tag | null {
  const closing = text[start + 1] === '/';
  const name = readName(text, start + (closing ? 2 : 1));
  if (name === null) return null;
  const attributes: [string, string][] = [];
  for (let at = start + (closing ? 2 : 1) + name.length; ; ) {
    const next = skipSpace(text, at);
    if (text[next] === '>') return { name, closing, empty: false, attributes, end: next + 1 };
    if (text.startsWith('/>', next)) return closing ? null : { name, closing, empty: true, attributes, end: next + 2 };
    const attribute = next === at || closing ? null : readAttribute(text, next);
    if (attribute === null) return null;
    attributes.push([attribute.name, attribute.value]);
    at = attribute.end;
  }
}

function readAttribute(text: string, start: number): { name: string; value: string; end: number } | null {
  const name = readName(text, start);
  if (name === null) return null;
  const equals = skipSpace(text, start + name.length);
  const open = skipSpace(text, equals + 1);
  const quote = text[open];
  if (text[equals] !== '=' || (quote !== '"' && quote !== "'")) return null;
  const close = text.indexOf(quote, open + 1);
  const value = text.slice(open + 1, close);
  return close === -1 || value.includes('<') ? null : { name, value, end: close + 1 };
}

function readName(text: string, at: number): string | null {
  nameCharacters.lastIndex = at;
  const [name] = nameCharacters.exec(text) ?? [];
  if (name === undefined || !/^[A-Za-z_]/.test(name)) return null;
  nameCharacters.lastIndex = at + maxNameCharacters;
  return name.length === maxNameCharacters && nameCharacters.test(text) ? null : name;
}

function skipSpace(text: string, at: number): number {
  space.lastIndex = at;
  space.test(text);
  return Math.max(space.lastIndex, at);
}

function findAttributeProblem(attributes: Tag['attributes']): string | null {
  for (const [name, written] of attributes) {
    const value = decodeReferences(written);
    if (value === null) return 'it holds an entity';
    if (/^on/i.test(name)) return `it holds the event handler ${name.slice(0, 40)}`;
    if (/^(?:xml:base|src)$/i.test(name)) return `it holds the attribute ${name}`;
    if (/(?:^|:)href$/i.test(name) && !/^#[\w.-]+$/.test(value.trim())) return 'it refers to an external resource';
    if (!/^xmlns/.test(name) && !isStyleWithin(value)) return 'it refers to an external resource';
  }
  return null;
}

const isStyleWithinAt = (text: string, at: number): boolean => {
  const style = decodeReferences(text.slice(at, text.indexOf('<', at)));
  return style !== null && isStyleWithin(style);
};

/** Returns true if a style loads nothing from outside and contains no escapes, with which a URL could be disguised. */
const isStyleWithin = (style: string): boolean =>
  !/[\\]|@import|@font-face|javascript:|image-set|src\(/i.test(style) &&
  [...style.matchAll(/url\(\s*["']?([^)]{0,2})/gi)].every(([, start]) => start?.startsWith('#'));

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
