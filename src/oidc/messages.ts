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
  readonly cookies: string;
  readonly reference: string;
}

const messages = {
  en: {
    askTitle: 'Sign in',
    askText: 'Enter your username. Your face is checked next.',
    userName: 'Username',
    goOn: 'Continue',
    clearScreen: 'Clear this screen',
    errorTitle: 'You can’t sign in',
    expired: 'The sign-in expired or was started in another browser. Go back to the app and start again.',
    invalid: 'The app sent an invalid request. Send the details below to the app’s support team.',
    failed: 'Something went wrong on this server. Go back to the app and try again in a moment.',
    cookies: 'Your browser blocks cookies for this page. Allow them, then go back to the app and start again.',
    reference: 'Reference',
  },
  de: {
    askTitle: 'Anmelden',
    askText: 'Geben Sie Ihren Benutzernamen ein. Danach wird Ihr Gesicht geprüft.',
    userName: 'Benutzername',
    goOn: 'Weiter',
    clearScreen: 'Bildschirm leeren',
    errorTitle: 'Anmeldung nicht möglich',
    expired:
      'Die Anmeldung ist abgelaufen oder wurde in einem anderen Browser gestartet. Kehren Sie zur App zurück und starten Sie erneut.',
    invalid: 'Die App hat eine ungültige Anfrage gesendet. Senden Sie die folgenden Angaben an den Support der App.',
    failed:
      'Auf diesem Server ist ein Fehler aufgetreten. Kehren Sie zur App zurück und versuchen Sie es gleich noch einmal.',
    cookies:
      'Ihr Browser blockiert Cookies für diese Seite. Lassen Sie sie zu, kehren Sie zur App zurück und starten Sie erneut.',
    reference: 'Referenz',
  },
  es: {
    askTitle: 'Iniciar sesión',
    askText: 'Introduzca su nombre de usuario. Después se comprueba su rostro.',
    userName: 'Nombre de usuario',
    goOn: 'Continuar',
    clearScreen: 'Borrar esta pantalla',
    errorTitle: 'No se puede iniciar sesión',
    expired: 'El inicio de sesión caducó o se inició en otro navegador. Vuelva a la aplicación y empiece de nuevo.',
    invalid: 'La aplicación envió una solicitud no válida. Envíe los detalles siguientes al soporte de la aplicación.',
    failed: 'Se ha producido un error en este servidor. Vuelva a la aplicación e inténtelo de nuevo en un momento.',
    cookies: 'Su navegador bloquea las cookies de esta página. Permítalas, vuelva a la aplicación y empiece de nuevo.',
    reference: 'Referencia',
  },
  fr: {
    askTitle: 'Connexion',
    askText: 'Saisissez votre nom d’utilisateur. Votre visage est ensuite vérifié.',
    userName: 'Nom d’utilisateur',
    goOn: 'Continuer',
    clearScreen: 'Effacer cet écran',
    errorTitle: 'Connexion impossible',
    expired: 'La connexion a expiré ou a été lancée dans un autre navigateur. Revenez à l’application et recommencez.',
    invalid:
      'L’application a envoyé une demande non valide. Transmettez les informations ci-dessous au support de l’application.',
    failed: 'Une erreur s’est produite sur ce serveur. Revenez à l’application et réessayez dans un instant.',
    cookies:
      'Votre navigateur bloque les cookies de cette page. Autorisez-les, revenez à l’application et recommencez.',
    reference: 'Référence',
  },
  ar: {
    askTitle: 'تسجيل الدخول',
    askText: 'أدخل اسم المستخدم. بعد ذلك يتم التحقق من وجهك.',
    userName: 'اسم المستخدم',
    goOn: 'متابعة',
    clearScreen: 'مسح هذه الشاشة',
    errorTitle: 'لا يمكن تسجيل الدخول',
    expired: 'انتهت صلاحية تسجيل الدخول أو بدأ في متصفح آخر. عُد إلى التطبيق وابدأ من جديد.',
    invalid: 'أرسل التطبيق طلبًا غير صالح. أرسل التفاصيل أدناه إلى دعم التطبيق.',
    failed: 'حدث خطأ في هذا الخادم. عُد إلى التطبيق وأعد المحاولة بعد قليل.',
    cookies: 'يحظر متصفحك ملفات تعريف الارتباط لهذه الصفحة. اسمح بها، ثم عُد إلى التطبيق وابدأ من جديد.',
    reference: 'المرجع',
  },
} satisfies Record<string, Messages>;

export type Language = keyof typeof messages;

/** Supported languages. The first is the default. */
export const languages: readonly [Language, ...Language[]] = ['en', 'de', 'es', 'fr', 'ar'];

export const messagesIn = (language: Language): Messages => messages[language];

/** Returns the first supported language. @param wanted - `de-AT` selects `de` */
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
