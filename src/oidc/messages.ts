export interface Messages {
  readonly askTitle: string;
  readonly askText: string;
  readonly userName: string;
  readonly goOn: string;
  readonly clearScreen: string;
  readonly errorTitle: string;
  readonly expired: string;
  readonly invalid: string;
  readonly failed: string;
  /** The browser refuses cookies. */
  readonly cookies: string;
  readonly reference: string;
}

const messages = {
  en: {
    askTitle: 'Who are you?',
    askText: 'Type the user name you sign in with. Your face is checked next.',
    userName: 'Username',
    goOn: 'Continue',
    clearScreen: 'Clear this screen',
    errorTitle: 'This sign-in cannot go on',
    expired: 'It has expired, or was started in another browser. Go back to the application and start again.',
    invalid: 'The application sent a request that is not valid. Tell the people who run it what is written below.',
    failed: 'Something went wrong on this server. Go back to the application and try again in a moment.',
    cookies:
      'Your browser does not keep cookies for this page. Allow them, go back to the application and start again.',
    reference: 'Reference',
  },
  de: {
    askTitle: 'Wer sind Sie?',
    askText: 'Geben Sie den Benutzernamen ein, mit dem Sie sich anmelden. Danach wird Ihr Gesicht geprüft.',
    userName: 'Benutzername',
    goOn: 'Weiter',
    clearScreen: 'Diesen Bildschirm leeren',
    errorTitle: 'Diese Anmeldung kann nicht fortgesetzt werden',
    expired:
      'Sie ist abgelaufen oder wurde in einem anderen Browser begonnen. Gehen Sie zurück zur Anwendung und beginnen Sie neu.',
    invalid: 'Die Anwendung hat eine ungültige Anfrage geschickt. Nennen Sie deren Betreiber, was unten steht.',
    failed: 'Auf diesem Server ist ein Fehler aufgetreten. Versuchen Sie es gleich noch einmal von der Anwendung aus.',
    cookies:
      'Ihr Browser behält die Cookies dieser Seite nicht. Lassen Sie sie zu, gehen Sie zurück zur Anwendung und beginnen Sie neu.',
    reference: 'Kennung',
  },
  es: {
    askTitle: '¿Quién es usted?',
    askText: 'Escriba el nombre de usuario con el que inicia sesión. Después se comprobará su rostro.',
    userName: 'Nombre de usuario',
    goOn: 'Continuar',
    clearScreen: 'Borrar esta pantalla',
    errorTitle: 'Este inicio de sesión no puede continuar',
    expired: 'Ha caducado o se inició en otro navegador. Vuelva a la aplicación y empiece de nuevo.',
    invalid: 'La aplicación envió una solicitud no válida. Comunique a sus responsables lo que se indica abajo.',
    failed: 'Se ha producido un error en este servidor. Vuelva a la aplicación e inténtelo de nuevo en un momento.',
    cookies:
      'Su navegador no guarda las cookies de esta página. Permítalas, vuelva a la aplicación y empiece de nuevo.',
    reference: 'Referencia',
  },
  fr: {
    askTitle: 'Qui êtes-vous ?',
    askText: 'Saisissez le nom d’utilisateur avec lequel vous vous connectez. Votre visage sera vérifié ensuite.',
    userName: 'Nom d’utilisateur',
    goOn: 'Continuer',
    clearScreen: 'Effacer cet écran',
    errorTitle: 'Cette connexion ne peut pas continuer',
    expired: 'Elle a expiré ou a été commencée dans un autre navigateur. Retournez à l’application et recommencez.',
    invalid:
      'L’application a envoyé une demande non valide. Communiquez à ses responsables ce qui est écrit ci-dessous.',
    failed: 'Une erreur s’est produite sur ce serveur. Retournez à l’application et réessayez dans un instant.',
    cookies:
      'Votre navigateur ne conserve pas les cookies de cette page. Autorisez-les, retournez à l’application et recommencez.',
    reference: 'Référence',
  },
  ar: {
    askTitle: 'من أنت؟',
    askText: 'اكتب اسم المستخدم الذي تسجّل الدخول به. بعد ذلك يتم التحقق من وجهك.',
    userName: 'اسم المستخدم',
    goOn: 'متابعة',
    clearScreen: 'مسح هذه الشاشة',
    errorTitle: 'لا يمكن متابعة تسجيل الدخول هذا',
    expired: 'انتهت صلاحيته أو بدأ في متصفح آخر. ارجع إلى التطبيق وابدأ من جديد.',
    invalid: 'أرسل التطبيق طلبًا غير صالح. أبلغ القائمين عليه بما هو مكتوب أدناه.',
    failed: 'حدث خطأ في هذا الخادم. ارجع إلى التطبيق وحاول مرة أخرى بعد قليل.',
    cookies: 'متصفحك لا يحتفظ بملفات تعريف الارتباط لهذه الصفحة. اسمح بها ثم ارجع إلى التطبيق وابدأ من جديد.',
    reference: 'المرجع',
  },
} satisfies Record<string, Messages>;

export type Language = keyof typeof messages;

/** The first is the fallback. */
export const languages: readonly [Language, ...Language[]] = ['en', 'de', 'es', 'fr', 'ar'];

/** Returns the texts of a language. */
export const messagesIn = (language: Language): Messages => messages[language];

/** Returns the first supported language. @param wanted - `de-AT` gives `de` */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [primary = ''] = tag.toLowerCase().split('-');
    const found = languages.find((language) => language === primary);
    if (found !== undefined) return found;
  }
  return languages[0];
}

/**
 * Returns the language of a page.
 * @param uiLocales - tags separated by spaces (OpenID Connect Core, section 3.1.2.1)
 */
export const languageOf = (uiLocales: unknown, accepted: readonly string[]): Language =>
  chooseLanguage([...(typeof uiLocales === 'string' ? uiLocales.split(' ') : []), ...accepted]);
