/**
 * Returns the credential of an `Authorization` header, or `null` if there is none.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export const parseBearer = (header: string | undefined): string | null =>
  /^Bearer ([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1] ?? null;
