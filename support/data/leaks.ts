/** Secret values by name, which no output may contain. */
export type Planted = Readonly<Record<string, string | Uint8Array>>;

const windowBytes = 48;

/**
 * Searches outputs for secret values. A secret text is searched plain, in base64 and in hexadecimal. Of secret bytes,
 * five parts are searched.
 * @returns one line for each find: value, form, output
 */
export function findLeaks(planted: Planted, sinks: Readonly<Record<string, Uint8Array>>): string[] {
  return Object.entries(planted).flatMap(([name, secret]) => {
    const forms = toForms(secret);
    return Object.entries(sinks).flatMap(([sink, written]) =>
      [...forms]
        .filter(([, form]) => Buffer.from(written).includes(Buffer.from(form)))
        .map(([form]) => `${name} as ${form} in ${sink}`),
    );
  });
}

function toForms(secret: string | Uint8Array): Map<string, Uint8Array> {
  const bytes = Buffer.from(secret);
  if (bytes.length < 8) throw new Error('too short to be told from chance');
  const isLong = bytes.length > 4 * windowBytes;
  const starts = isLong
    ? [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => Math.floor((bytes.length - windowBytes) * part))
    : [0];
  const forms = new Map<string, Uint8Array>();
  for (const start of starts) {
    const part = isLong ? bytes.subarray(start, start + windowBytes) : bytes;
    forms.set(`bytes from ${start}`, part);
    forms.set(`hexadecimal from ${start}`, Buffer.from(part.toString('hex')));
    // Base64 has three alignments, and its first and last characters depend on the neighboring bytes.
    for (const before of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(before), part])
        .toString('base64')
        .replace(/=+$/, '')
        .slice(4, -1);
      forms.set(`base64 from ${start}, ${before} before`, Buffer.from(text));
      const urlText = text.replaceAll('+', '-').replaceAll('/', '_');
      forms.set(`base64url from ${start}, ${before} before`, Buffer.from(urlText));
    }
  }
  return forms;
}
