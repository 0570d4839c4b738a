import type { AddressMember, StandardClaim } from '../../core/consented-data/claims.js';

/** What the page says on which a person agrees to what an application is told of them. */
export interface ConsentTexts {
  readonly title: (application: string) => string;
  /** `from` is whose data it is, `null` where that has no name. */
  readonly text: (from: string | null) => string;
  /** Of data that several connections have: each item names its own. */
  readonly textOfSeveral: string;
  /** Before the name of a connection that a value comes from. */
  readonly from: string;
  /** Of a connection at which no account is linked. */
  readonly unlinked: (source: string) => string;
  readonly unlinkedText: string;
  /** Where the face was not shown to this browser's own camera. */
  readonly linkHere: string;
  readonly link: (source: string) => string;
  readonly linkText: string;
  readonly linkUntil: (date: string) => string;
  readonly notNow: string;
  readonly notLinked: (source: string) => string;
  /** What is approved at the second camera, at most 80 characters. */
  readonly linkAction: string;
  readonly unanswered: (source: string) => string;
  readonly unansweredText: string;
  /** Where the answer is sent. */
  readonly goesTo: string;
  /** In place of that where staff at a counter see it. */
  readonly atCounter: string;
  /** Of details that go into a credential, and to nobody. */
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
