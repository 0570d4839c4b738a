/** Reads an unverified cookie. If several have the name, the first counts (RFC 6265, section 4.2.1). */
export function readCookie(request: { get(header: 'cookie'): string | undefined }, name: string): string | null {
  const cookies = (request.get('cookie') ?? '').split(/; */);
  const found = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}
