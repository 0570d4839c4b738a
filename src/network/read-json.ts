/**
 * Reads the reply of another server, which may be of any size.
 * @throws TypeError if it has more bytes
 */
export async function readUpTo(mostBytes: number, { body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new TypeError('the reply is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parses the JSON of a reply of another server. @throws TypeError if it has more bytes; SyntaxError */
export const readJsonUpTo = async (mostBytes: number, response: Response): Promise<unknown> =>
  JSON.parse((await readUpTo(mostBytes, response)).toString());
