import type { Html } from '../../base/html.js';

/** A message to a person, by e-mail or SMS. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for mail programs that show HTML; by e-mail alone. */
  readonly html?: Html;
}

/** @throws FaceError `delivery_failed`; its `detail` is a `DeliveryFault` where it is known what became of the message */
export interface Delivery {
  send(message: Message): Promise<void>;
}
