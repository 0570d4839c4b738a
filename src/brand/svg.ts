/*
 * The server draws an SVG once and serves only the resulting picture. As a second line of defense, an SVG with
 * references to anything outside of itself is refused. The whole text is searched, comments and titles too, so that no
 * difference from the renderer's parser can hide a reference. The renderer refuses XML that is not well-formed.
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

const declaration = /^\uFEFF?\s*<\?xml\s[^?<>]*\?>/;
const encoding = /encoding\s*=\s*["']([^"']*)["']/;

export const looksLikeSvg = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|svg)/i.test(start);
};

/** Returns why an SVG is refused, in time linear to its length; `null` if it is accepted. */
export function findSvgProblem(bytes: Uint8Array): string | null {
  const text = decodeText(bytes);
  if (text === null) return 'it is not text in UTF-8';
  const [declared = ''] = declaration.exec(text) ?? [];
  const [, named = 'utf-8'] = encoding.exec(declared) ?? [];
  if (named.toLowerCase() !== 'utf-8') return 'its XML declaration has another encoding than UTF-8';
  const content = text.slice(declared.length);
  if (/<!(?!--)/.test(content)) return 'it holds a document type, an entity or a CDATA section';
  if (content.includes('<?')) return 'it holds a processing instruction';
  const names = [...content.matchAll(/<(?!!--)\/?([^\s/>]*)/g)].map(([, name = '']) => name);
  const other = names.find((name) => !allowed.has(name));
  if (other !== undefined) return `it holds the element ${other.slice(0, 40)}; save it as a plain SVG of shapes`;
  if ((content.match(/<use[\s/>]/g) ?? []).length > maxUses) return `it holds more than ${maxUses} elements use`;
  // A comment in a style would divide a word that the renderer joins again.
  if (/<style[^<]*<(?!\/style)/.test(content)) return 'its style contains more than text';
  const decoded = decodeReferences(content);
  if (decoded === null) return 'it holds an entity';
  return foreign.test(decoded) ? 'it holds an event handler or refers to an external resource' : null;
}

/** Finds event handlers, references to other files, and escapes that could disguise a URL. */
const foreign =
  /[\s"'/](?:on[a-z]+|xml:base|src)\s*=|\\|@import|@font-face|javascript:|image-set|src\(|url\((?!\s*["']?#)|href\s*=(?!\s*["']\s*#)/i;

function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function decodeReferences(text: string): string | null {
  if (/&(?!(?:#x[0-9a-f]{1,6}|#\d{1,7}|amp|lt|gt|quot|apos);)/i.test(text)) return null;
  return text
    .replace(/&(?:quot|apos);/gi, "'")
    .replace(/&#(x?)([0-9a-f]+);/gi, (_whole, hex: string, digits: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(digits, hex === '' ? 10 : 16), 0x10ffff)),
    );
}
