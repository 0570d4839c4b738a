import { readCertificate } from './certificate.js';
import { isSignedBy } from './cms.js';
import type { ExpectedReceipt } from './receipt-claims.js';
import type { KeySet } from './receipt-verifier.js';
import { type DocumentSignature, SignatureError, verifyApproval } from './signature-verifier.js';
import { parseUtc } from './utc.js';

/*
 * The signature that `facestep sign` puts into a PDF (PAdES, level B-B) by a certificate of the organisation, with the approval
 * of one person in it. Nothing here needs a network, nor a program that reads PDFs.
 */

export interface PdfVerifier {
  /**
   * Checks that the certificate's key signed this very file, all of it, and that a person approved by their face what it was
   * before the signature was put behind it.
   * @throws SignatureError, ReceiptError with their `code`
   */
  verify(file: Uint8Array, expected?: Omit<ExpectedReceipt, 'nonce'>): Promise<DocumentSignature>;
}

/** Above any file that was signed, with its signature: larger ones are refused without being read. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Makes the check of signed PDFs. It needs no network.
 * @param options.issuer - the public URL of the server, without a slash at its end
 * @param options.keys - as `/.well-known/jwks.json` had them, now or earlier
 * @param options.certificate - of the organisation, in PEM or DER; whoever names it trusts it
 * @throws TypeError where `certificate` is none
 */
export function createPdfVerifier(options: {
  readonly issuer: string;
  readonly keys: KeySet;
  readonly certificate: string | Uint8Array;
}): PdfVerifier {
  const { issuer, keys } = options;
  const certificate = readCertificate(options.certificate);

  return {
    async verify(given, expected = {}) {
      if (given.length > maxBytes) throw new SignatureError('malformed');
      const file = Uint8Array.from(given);
      const { hole, holeEnd, cms, text } = findSignature(file);
      const content = new Uint8Array(file.length - (holeEnd - hole));
      content.set(file.subarray(0, hole));
      content.set(file.subarray(holeEnd), hole);
      if (!(await isSignedBy(cms, content, certificate))) throw new SignatureError('signature');
      const { approval, length, signedAt } = readStatement(text);
      if (signedAt * 1000 < certificate.notBefore || signedAt * 1000 > certificate.notAfter)
        throw new SignatureError('certificate');
      const approved = { approval, signedAt, document: file.subarray(0, length) };
      return { signedAt, approval: await verifyApproval(approved, { issuer, keys, expected }) };
    },
  };
}

/** The signature dictionary, as `facestep sign` writes it. */
interface Signed {
  readonly hole: number;
  readonly holeEnd: number;
  readonly cms: Uint8Array<ArrayBuffer>;
  /** Of the dictionary, the signature left out. */
  readonly text: string;
}

const rangePattern = /\/ByteRange \[ ?0 (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]/g;

/** The last signature, which must be of all that there is: what was added behind it, nobody signed. */
function findSignature(file: Uint8Array): Signed {
  // One character a byte; above ASCII it does not matter which.
  const all = new TextDecoder('latin1').decode(file);
  const found = [...all.matchAll(rangePattern)].at(-1);
  const [hole = 0, holeEnd = 0, rest = 0] = (found?.slice(1) ?? []).map(Number);
  if (found === undefined || hole >= holeEnd) throw new SignatureError('malformed');
  // Nothing but digits may be where nothing is signed.
  const [, digits] = /^<((?:[0-9a-f]{2})+)>$/i.exec(all.slice(hole, holeEnd)) ?? [];
  if (holeEnd + rest !== file.length || digits === undefined) throw new SignatureError('signature');
  const begin = all.lastIndexOf(' obj', found.index);
  const end = all.indexOf('endobj', holeEnd);
  const cms = Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return { hole, holeEnd, cms, text: all.slice(begin, hole) + all.slice(holeEnd, end) };
}

function readStatement(text: string) {
  const [, approval] = /\/FacestepApproval \(([\w.-]+)\)/.exec(text) ?? [];
  const [, length] = /\/FacestepLength (\d{1,10})/.exec(text) ?? [];
  const [, date = ''] = /\/M \(D:(\d{14})Z\)/.exec(text) ?? [];
  const time = parseUtc(date);
  if (approval === undefined || length === undefined || Number.isNaN(time)) throw new SignatureError('malformed');
  return { approval, length: Number(length), signedAt: time / 1000 };
}
