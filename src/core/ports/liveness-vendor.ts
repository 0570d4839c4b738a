import type { Credential, OwnPhoto, Photo } from '../secrets.js';
import type { EpochMs } from '../units.js';

/** A session in which a vendor judges one person, once. */
export interface VendorSession {
  readonly id: string;
  /** JSON text for the vendor's part of the capture page: what it needs to run this session, and no more. */
  readonly grant: Credential;
  readonly expiresAt: EpochMs;
}

/** Result of a session, as the vendor told this server. */
export interface VendorResult {
  /** Method and version, such as `aws-face-movement-and-light`. */
  readonly presence: string;
  /** The vendor's confidence that the person is live, from 0 to 100. */
  readonly confidence: number;
  /** The picture of the session that the vendor chose. `null` if the vendor saw no live person. */
  readonly photo: Photo | null;
}

/** Hosts that the vendor's part of the capture page connects to, for the content security policy. */
export interface VendorHosts {
  readonly connect: readonly string[];
}

/** A liveness check that runs in the page and service of a vendor, which the customer has a contract with. */
export interface LivenessVendor {
  /** Name in `policy.liveness.vendor`. */
  readonly name: string;
  readonly hosts: VendorHosts;
  /** @throws `liveness_unavailable`, `liveness_throttled`, `liveness_refused` */
  openSession(): Promise<VendorSession>;
  /**
   * Reads the result of a session. Must store nothing.
   * @throws `liveness_unfinished` if the session has no result yet; `liveness_expired`; as `openSession`
   */
  readResult(session: string, own: OwnPhoto): Promise<VendorResult>;
  /**
   * Tries what this server may do at the vendor, without a session that costs money. For the doctor.
   * @throws as `openSession`
   */
  probe(): Promise<void>;
}

/** The vendors that the configuration has, by name. */
export type LivenessVendors = ReadonlyMap<string, LivenessVendor>;
