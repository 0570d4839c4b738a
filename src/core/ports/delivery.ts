import type { Html } from '../../base/html.js';

export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** For e-mail. */
  readonly html?: Html;
}

/** @throws `delivery_failed`, perhaps with a `DeliveryFault` in `detail` */
export interface Delivery {
  send(message: Message): Promise<void>;
}
