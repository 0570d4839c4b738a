import type { AddressMember, StandardClaim } from '../../core/consented-data/claims.js';

export interface ConsentTexts {
  readonly title: (application: string) => string;
  readonly text: (from: string | null) => string;
  readonly textOfSeveral: string;
  readonly from: string;
  readonly unlinked: (source: string) => string;
  readonly unlinkedText: string;
  /** Shown if the face was checked with the camera of another device. */
  readonly linkHere: string;
  readonly link: (source: string) => string;
  readonly linkText: string;
  readonly linkUntil: (date: string) => string;
  readonly notNow: string;
  readonly notLinked: (source: string) => string;
  /** At most 80 characters. */
  readonly linkAction: string;
  readonly unanswered: (source: string) => string;
  readonly unansweredText: string;
  readonly goesTo: string;
  /** Shown if staff at a counter will see the data. */
  readonly atCounter: string;
  readonly cardTitle: (credential: string) => string;
  readonly cardGoesTo: string;
  readonly cardOptionalText: string;
  readonly needed: string;
  readonly neededText: string;
  readonly optional: string;
  readonly optionalText: string;
  readonly absent: string;
  readonly yes: string;
  readonly no: string;
  readonly until: (date: string) => string;
  readonly agree: string;
  readonly refuse: string;
  readonly unreadableTitle: string;
  readonly unreadableText: string;
  readonly tryAgain: string;
  readonly labels: Readonly<Record<StandardClaim, string>>;
  readonly address: Readonly<Record<AddressMember, string>>;
}
