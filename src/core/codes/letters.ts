import type { LetterBrand } from '../letters/brand.js';
import type { LetterLanguage } from '../letters/language.js';
import { composeLetter } from '../letters/letter.js';
import type { Message } from '../ports.js';

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

/** Messages to a waiting person. They contain neither the person's name nor the reason for the check. */
const words: Readonly<Record<LetterLanguage, Words>> = {
  en: {
    code: {
      subject: 'Your code',
      lead: 'This is your code:',
      short: (code) => `${code} is your code.`,
      rule: 'It is valid for ten minutes. Do not share it with anyone.',
    },
    check: {
      subject: 'Confirm it’s you',
      text: 'The help desk asks you to do a face check. Open this link only if you are speaking with them now.',
      button: 'Start the face check',
    },
  },
  de: {
    code: {
      subject: 'Ihr Code',
      lead: 'Das ist Ihr Code:',
      short: (code) => `${code} ist Ihr Code.`,
      rule: 'Er ist zehn Minuten gültig. Geben Sie ihn nicht weiter.',
    },
    check: {
      subject: 'Bestätigen Sie, dass Sie es sind',
      text: 'Der Helpdesk bittet Sie um eine Gesichtsprüfung. Öffnen Sie diesen Link nur, wenn Sie gerade mit dem Helpdesk sprechen.',
      button: 'Gesichtsprüfung starten',
    },
  },
  es: {
    code: {
      subject: 'Su código',
      lead: 'Este es su código:',
      short: (code) => `${code} es su código.`,
      rule: 'Es válido durante diez minutos. No lo comparta con nadie.',
    },
    check: {
      subject: 'Confirme que es usted',
      text: 'El servicio de asistencia le pide que haga una comprobación facial. Abra este enlace solo si está hablando con ellos ahora.',
      button: 'Iniciar la comprobación facial',
    },
  },
  fr: {
    code: {
      subject: 'Votre code',
      lead: 'Voici votre code :',
      short: (code) => `${code} est votre code.`,
      rule: 'Il est valable dix minutes. Ne le communiquez à personne.',
    },
    check: {
      subject: 'Confirmez qu’il s’agit bien de vous',
      text: 'Le service d’assistance vous demande d’effectuer une vérification du visage. Ouvrez ce lien uniquement si vous lui parlez en ce moment.',
      button: 'Commencer la vérification du visage',
    },
  },
  ar: {
    code: {
      subject: 'رمزك',
      lead: 'هذا هو رمزك:',
      short: (code) => `${code} هو رمزك.`,
      rule: 'وهو صالح لمدة عشر دقائق. لا تشاركه مع أحد.',
    },
    check: {
      subject: 'تأكيد هويتك',
      text: 'يطلب منك مكتب المساعدة إجراء التحقق من الوجه. افتح هذا الرابط فقط إذا كنت تتحدث معهم الآن.',
      button: 'بدء التحقق من الوجه',
    },
  },
};

export function toCodeMessage({ channel, to, language, brand }: Recipient, code: string): Message {
  const { subject, lead, short, rule } = words[language].code;
  if (channel === 'sms') return { channel, to, subject, text: `${short(code)} ${rule}` };
  return { channel, to, ...composeLetter({ language, subject, paragraphs: [lead], code, footer: [rule] }, brand) };
}

export function toCheckMessage({ channel, to, language, brand }: Recipient, address: string): Message {
  const { subject, text, button: label } = words[language].check;
  if (channel === 'sms') return { channel, to, subject, text: `${text} ${address}` };
  const parts = { language, subject, paragraphs: [text], button: { label, address }, footer: [] };
  return { channel, to, ...composeLetter(parts, brand) };
}
