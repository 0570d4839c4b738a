import type { Html } from '../../base/html.js';

export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: Html;
}

/** Sends messages. @throws `delivery_failed`, perhaps with a `DeliveryFault` in `detail` */
export interface Delivery {
  send(message: Message): Promise<void>;
}
