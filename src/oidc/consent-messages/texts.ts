import type { AddressMember, StandardClaim } from '../../core/consented-data/claims.js';

/** Texts of the consent page for an application's data request. */
export interface ConsentTexts {
  readonly title: (application: string) => string;
  /** `from`: the data's owner; `null` without a name. */
  readonly text: (from: string | null) => string;
  /** For data of several connections; each item names its own. */
  readonly textOfSeveral: string;
  /** Before the name of a value's connection. */
  readonly from: string;
  /** For a connection without a linked account. */
  readonly unlinked: (source: string) => string;
  readonly unlinkedText: string;
  /** If the face was not shown to this browser's own camera. */
  readonly linkHere: string;
  readonly link: (source: string) => string;
  readonly linkText: string;
  readonly linkUntil: (date: string) => string;
  readonly notNow: string;
  readonly notLinked: (source: string) => string;
  /** Action to approve in the second check, at most 80 characters. */
  readonly linkAction: string;
  readonly unanswered: (source: string) => string;
  readonly unansweredText: string;
  /** Recipient of the answer. */
  readonly goesTo: string;
  /** Alternative if staff at a counter see it. */
  readonly atCounter: string;
  /** For data that goes into a credential only. */
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
