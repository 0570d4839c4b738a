/**
 * Parses the JSON of a reply of another server, which may be of any size.
 * @throws TypeError if it has more bytes; SyntaxError
 */
export async function readJsonUpTo(mostBytes: number, { body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new TypeError('the reply is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
