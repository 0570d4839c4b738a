import type { LetterBrand } from '../letters/brand.js';
import type { LetterLanguage } from '../letters/language.js';
import { composeLetter } from '../letters/letter.js';
import type { Message } from '../ports.js';

/** A message's recipient, language and look. */
export interface Recipient extends Pick<Message, 'channel' | 'to'> {
  readonly language: LetterLanguage;
  readonly brand: LetterBrand;
}

interface Words {
  readonly code: {
    readonly subject: string;
    readonly lead: string;
    readonly short: (code: string) => string;
    readonly rule: string;
  };
  readonly check: { readonly subject: string; readonly text: string; readonly button: string };
}

/** Messages to a waiting person. They contain no name and no reason. */
const words: Readonly<Record<LetterLanguage, Words>> = {
  en: {
    code: {
      subject: 'Your code',
      lead: 'This is your code:',
      short: (code) => `${code} is your code.`,
      rule: 'It is good for ten minutes. Tell it to nobody.',
    },
    check: {
      subject: 'Show who you are',
      text: 'The help desk asks you to show who you are. Open this only if you are speaking with them now.',
      button: 'Begin the check',
    },
  },
  de: {
    code: {
      subject: 'Ihr Code',
      lead: 'Das ist Ihr Code:',
      short: (code) => `${code} ist Ihr Code.`,
      rule: 'Er gilt zehn Minuten. Nennen Sie ihn niemandem.',
    },
    check: {
      subject: 'Zeigen Sie, wer Sie sind',
      text: 'Die Hilfe bittet Sie zu zeigen, wer Sie sind. Öffnen Sie dies nur, wenn Sie gerade mit ihr sprechen.',
      button: 'Prüfung beginnen',
    },
  },
  es: {
    code: {
      subject: 'Su código',
      lead: 'Este es su código:',
      short: (code) => `${code} es su código.`,
      rule: 'Vale diez minutos. No se lo diga a nadie.',
    },
    check: {
      subject: 'Muestre quién es',
      text: 'El servicio de ayuda le pide que muestre quién es. Ábralo solo si está hablando con él ahora.',
      button: 'Empezar el control',
    },
  },
  fr: {
    code: {
      subject: 'Votre code',
      lead: 'Voici votre code :',
      short: (code) => `${code} est votre code.`,
      rule: 'Il est valable dix minutes. Ne le donnez à personne.',
    },
    check: {
      subject: 'Montrez qui vous êtes',
      text: 'L’assistance vous demande de montrer qui vous êtes. N’ouvrez ceci que si vous lui parlez en ce moment.',
      button: 'Commencer le contrôle',
    },
  },
  ar: {
    code: {
      subject: 'رمزك',
      lead: 'هذا هو رمزك:',
      short: (code) => `${code} هو رمزك.`,
      rule: 'يصلح لعشر دقائق. لا تخبر به أحدًا.',
    },
    check: {
      subject: 'أظهر من أنت',
      text: 'يطلب منك مكتب المساعدة أن تُظهر من أنت. لا تفتح هذا إلا إذا كنت تتحدث معه الآن.',
      button: 'ابدأ الفحص',
    },
  },
};

/** Composes a one-time code: one line by SMS, an e-mail otherwise. */
export function toCodeMessage({ channel, to, language, brand }: Recipient, code: string): Message {
  const { subject, lead, short, rule } = words[language].code;
  if (channel === 'sms') return { channel, to, subject, text: `${short(code)} ${rule}` };
  return { channel, to, ...composeLetter({ language, subject, paragraphs: [lead], code, footer: [rule] }, brand) };
}

/** Composes the link of a help desk's face check. */
export function toCheckMessage({ channel, to, language, brand }: Recipient, address: string): Message {
  const { subject, text, button: label } = words[language].check;
  if (channel === 'sms') return { channel, to, subject, text: `${text} ${address}` };
  const parts = { language, subject, paragraphs: [text], button: { label, address }, footer: [] };
  return { channel, to, ...composeLetter(parts, brand) };
}
