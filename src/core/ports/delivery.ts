import type { Html } from '../../base/html.js';

/** A message to a person, by e-mail or SMS. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** HTML version, for e-mail only. */
  readonly html?: Html;
}

/** @throws FaceError `delivery_failed`, with a `DeliveryFault` in `detail` if known */
export interface Delivery {
  send(message: Message): Promise<void>;
}
