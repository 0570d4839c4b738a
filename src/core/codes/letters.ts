import type { LetterLanguage } from './languages.js';

/** A message without its address. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

interface Letters {
  readonly code: (code: string) => Letter;
  readonly check: (url: string) => Letter;
}

/** What is sent to a person while they wait before a page or on the telephone. No name and no reason stands in it. */
const letters: Readonly<Record<LetterLanguage, Letters>> = {
  en: {
    code: (code) => ({
      subject: 'Your code',
      text: `${code} is your code. It is good for ten minutes. Tell it to nobody.`,
    }),
    check: (url) => ({
      subject: 'Show who you are',
      text: `The help desk asks you to show who you are. Open this only if you are speaking with them now: ${url}`,
    }),
  },
  de: {
    code: (code) => ({
      subject: 'Ihr Code',
      text: `${code} ist Ihr Code. Er gilt zehn Minuten. Nennen Sie ihn niemandem.`,
    }),
    check: (url) => ({
      subject: 'Zeigen Sie, wer Sie sind',
      text: `Die Hilfe bittet Sie zu zeigen, wer Sie sind. Öffnen Sie dies nur, wenn Sie gerade mit ihr sprechen: ${url}`,
    }),
  },
  es: {
    code: (code) => ({
      subject: 'Su código',
      text: `${code} es su código. Vale diez minutos. No se lo diga a nadie.`,
    }),
    check: (url) => ({
      subject: 'Muestre quién es',
      text: `El servicio de ayuda le pide que muestre quién es. Ábralo solo si está hablando con él ahora: ${url}`,
    }),
  },
  fr: {
    code: (code) => ({
      subject: 'Votre code',
      text: `${code} est votre code. Il est valable dix minutes. Ne le donnez à personne.`,
    }),
    check: (url) => ({
      subject: 'Montrez qui vous êtes',
      text: `L’assistance vous demande de montrer qui vous êtes. N’ouvrez ceci que si vous lui parlez en ce moment : ${url}`,
    }),
  },
  ar: {
    code: (code) => ({
      subject: 'رمزك',
      text: `${code} هو رمزك. يصلح لعشر دقائق. لا تخبر به أحدًا.`,
    }),
    check: (url) => ({
      subject: 'أظهر من أنت',
      text: `يطلب منك مكتب المساعدة أن تُظهر من أنت. لا تفتح هذا إلا إذا كنت تتحدث معه الآن: ${url}`,
    }),
  },
};

/** A one-time code. */
export const toCodeLetter = (language: LetterLanguage, code: string): Letter => letters[language].code(code);

/** The link of a face check that a help desk asked for. */
export const toCheckLetter = (language: LetterLanguage, url: string): Letter => letters[language].check(url);
