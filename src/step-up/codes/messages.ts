import { texts } from '../../../locales/compiled/server/code-messages/all.js';
import type { SupportedLanguage } from '../../core/language.js';
import type { EmailBrand } from '../../core/ports/delivery.js';
import type { Message } from '../../core/ports.js';
import { composeEmail } from '../../notifications/email/email.js';

export interface Recipient extends Pick<Message, 'channel' | 'to'> {
  readonly language: SupportedLanguage;
  readonly brand: EmailBrand;
}

/** Messages to a waiting person contain neither the person's name nor the reason for the check. */
export function toCodeMessage({ channel, to, language, brand }: Recipient, code: string): Message {
  const { subject, lead, short, rule } = texts[language].code;
  if (channel === 'sms') return { channel, to, subject, text: `${short({ code })} ${rule}` };
  return { channel, to, ...composeEmail({ language, subject, paragraphs: [lead], code, footer: [rule] }, brand) };
}

export function toCheckMessage({ channel, to, language, brand }: Recipient, address: string): Message {
  const { subject, text, button: label } = texts[language].check;
  if (channel === 'sms') return { channel, to, subject, text: `${text} ${address}` };
  const parts = { language, subject, paragraphs: [text], button: { label, address }, footer: [] };
  return { channel, to, ...composeEmail(parts, brand) };
}
