interface Kind {
  readonly docType: string;
  readonly namespace: string;
  /** Extended key usage that the certificate of a document must have. `null`: none is defined. */
  readonly keyUsage: string | null;
}

export const kindNames = ['mdl', 'pid'] as const;
export type KindName = (typeof kindNames)[number];

/**
 * Kinds of documents: the mobile driving licence of ISO/IEC 18013-5, and the person identification data of
 * https://eu-digital-identity-wallet.github.io/eudi-doc-attestation-rulebooks-catalog/.
 */
export const kinds: Readonly<Record<KindName, Kind>> = {
  mdl: { docType: 'org.iso.18013.5.1.mDL', namespace: 'org.iso.18013.5.1', keyUsage: '1.0.18013.5.1.2' },
  pid: { docType: 'eu.europa.ec.eudi.pid.1', namespace: 'eu.europa.ec.eudi.pid.1', keyUsage: null },
};
