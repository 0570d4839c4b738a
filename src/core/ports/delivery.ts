/** A message to a person, by e-mail or SMS. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** @throws FaceError `delivery_failed` */
export interface Delivery {
  send(message: Message): Promise<void>;
}
