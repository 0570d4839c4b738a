interface Kind {
  readonly docType: string;
  readonly namespace: string;
  /** Returns true for the extended key usage of a certificate that signs documents of the kind. */
  readonly isSigner: (keyUsage: readonly string[]) => boolean;
}

export const kindNames = ['mdl', 'pid'] as const;
export type KindName = (typeof kindNames)[number];

/** Usages of ISO/IEC 18013-5 and of TLS, mail and more. None is defined for the signers of PIDs. */
const isOther = (usage: string): boolean => /^(1\.0\.18013\.5\.1|1\.3\.6\.1\.5\.5\.7\.3)\./.test(usage);

/**
 * Kinds of documents: the mobile driving licence of ISO/IEC 18013-5, and the person identification data of
 * https://eu-digital-identity-wallet.github.io/eudi-doc-attestation-rulebooks-catalog/.
 */
export const kinds: Readonly<Record<KindName, Kind>> = {
  mdl: {
    docType: 'org.iso.18013.5.1.mDL',
    namespace: 'org.iso.18013.5.1',
    isSigner: (usage) => usage.includes('1.0.18013.5.1.2'),
  },
  pid: {
    docType: 'eu.europa.ec.eudi.pid.1',
    namespace: 'eu.europa.ec.eudi.pid.1',
    isSigner: (usage) => !usage.some(isOther),
  },
};
