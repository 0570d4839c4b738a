import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFRef, PDFString } from '@cantoo/pdf-lib';
import { type EpochMs, toIso } from '../../core/units.js';
import { UsageError } from '../usage-error.js';
import { signCms } from './cms.js';
import type { OrganisationKey } from './organisation-key.js';

/** What a signature in a PDF says beside the signature itself. */
export interface PdfStatement {
  /** The receipt of the face check that approved the file as it was before. */
  readonly approval: string;
  /** What was approved, for people who open the signature panel. */
  readonly reason: string;
  readonly signedAt: EpochMs;
}

/** Room for a signature with its certificate, in bytes. */
const signatureBytes = 12_288;

/** Stands where a number comes once the file is laid out; longer than any. */
const unknownNumber = 9_999_999_999;

/** RFC 3339 as PDF writes it (ISO 32000-1, section 7.9.4). */
export const toPdfDate = (time: EpochMs): string => `D:${toIso(time).replace(/\D/g, '').slice(0, 14)}Z`;

/**
 * Signs a PDF (PAdES, level B-B): what was approved stays byte by byte as it was, and one update with the signature comes behind
 * it.
 * @param original - the file that was approved
 * @throws UsageError: it is no PDF, is encrypted, damaged, or lets nobody add anything; the certificate is not valid then
 */
export async function signPdf(
  original: Uint8Array,
  { approval, reason, signedAt }: PdfStatement,
  key: OrganisationKey,
): Promise<Buffer> {
  checkValid(key, signedAt);
  const document = await openPdf(original);
  const { context, catalog } = document;
  const snapshot = document.takeSnapshot();
  const page = document.getPage(0);
  const signature = context.register(
    context.obj({
      Type: 'Sig',
      Filter: 'Adobe.PPKLite',
      SubFilter: 'ETSI.CAdES.detached',
      ByteRange: [0, unknownNumber, unknownNumber, unknownNumber],
      Contents: PDFHexString.of('0'.repeat(2 * signatureBytes)),
      M: PDFString.of(toPdfDate(signedAt)),
      Reason: PDFHexString.fromText(reason),
      FacestepApproval: PDFString.of(approval),
      FacestepLength: original.length,
    }),
  );
  const field = context.register(
    context.obj({
      ...{ Type: 'Annot', Subtype: 'Widget', FT: 'Sig', F: 132, Rect: [0, 0, 0, 0], P: page.ref, V: signature },
      T: PDFString.of(`facestep-${signature.objectNumber}`),
    }),
  );
  const form = catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict) ?? context.obj({});
  append(form, 'Fields', field);
  form.set(PDFName.of('SigFlags'), context.obj(3));
  append(page.node, 'Annots', field);
  const formRef = catalog.get(PDFName.of('AcroForm'));
  if (!(formRef instanceof PDFRef)) catalog.set(PDFName.of('AcroForm'), form);
  const { Root: root } = context.trailerInfo;
  snapshot.markRefsForSave([page.ref, ...[formRef, root].filter((each) => each instanceof PDFRef)]);
  const update = await document.saveIncremental(snapshot, { useObjectStreams: false });
  return fillIn(Buffer.concat([original, update]), original.length, key);
}

/** Whether a file can be signed with that key now, asked before anybody is. @throws UsageError */
export async function checkPdf(bytes: Uint8Array, key: OrganisationKey, now: EpochMs): Promise<void> {
  checkValid(key, now);
  await openPdf(bytes);
}

function checkValid({ validity: { notBefore, notAfter } }: OrganisationKey, at: EpochMs): void {
  if (at < notBefore || at > notAfter)
    throw new UsageError('the certificate has expired, or is not valid yet. Nothing is signed with it');
}

async function openPdf(bytes: Uint8Array): Promise<PDFDocument> {
  const document = await parsePdf(bytes);
  // A certifying signature (ISO 32000-1, section 12.8.4) that ours would break.
  if (document.catalog.lookupMaybe(PDFName.of('Perms'), PDFDict)?.has(PDFName.of('DocMDP')) === true)
    throw new UsageError('the author of this PDF certified it against changes. It is not signed');
  return document;
}

async function parsePdf(bytes: Uint8Array): Promise<PDFDocument> {
  try {
    if (Buffer.from(bytes.subarray(0, 5)).toString('latin1') !== '%PDF-') throw new UsageError('no header');
    const document = await PDFDocument.load(bytes, { updateMetadata: false, throwOnInvalidObject: true });
    if (document.isEncrypted) throw new UsageError('encrypted');
    document.getPage(0);
    return document;
  } catch {
    // What the library says of it may hold what is in the file.
    throw new UsageError('this is no PDF, or one that is encrypted or damaged. It is not signed');
  }
}

/** A list of a dictionary with one more, which stands in the dictionary itself. */
function append(dictionary: PDFDict, name: string, ref: PDFRef): void {
  const former = dictionary.lookupMaybe(PDFName.of(name), PDFArray)?.asArray() ?? [];
  dictionary.set(PDFName.of(name), dictionary.context.obj([...former, ref]));
}

/** Puts the byte range and the signature where room was left for them. */
async function fillIn(file: Buffer, from: number, key: OrganisationKey): Promise<Buffer> {
  const hole = file.indexOf(`<${'0'.repeat(2 * signatureBytes)}>`, from, 'latin1');
  const holeEnd = hole + 2 * signatureBytes + 2;
  const rangeText = `${unknownNumber} ${unknownNumber} ${unknownNumber}`;
  const range = file.indexOf(rangeText, from, 'latin1');
  const numbers = `${hole} ${holeEnd} ${file.length - holeEnd}`;
  file.write(numbers.padEnd(rangeText.length), range, 'latin1');
  const cms = await signCms([file.subarray(0, hole), file.subarray(holeEnd)], key);
  if (cms.length > signatureBytes) throw new UsageError('the certificate is too large for a signature');
  file.write(cms.toString('hex'), hole + 1, 'latin1');
  return file;
}
