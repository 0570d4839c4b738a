import type { LetterLanguage } from '../letters/language.js';
import type { NoticeKind } from '../step-up/page-protocol.js';

interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

export interface NoticeWords {
  readonly notices: Readonly<Record<NoticeKind, NoticeText>>;
  readonly when: string;
  readonly button: string;
  readonly footer: string;
}

export const noticeWords: Readonly<Record<LetterLanguage, NoticeWords>> = {
  en: {
    notices: {
      enrolled: { subject: 'Your face check was set up', text: 'A face check was set up for your account.' },
      new_place: {
        subject: 'Your face check was used in a new place',
        text: 'A face check for your account passed on a new device or network.',
      },
      refused: {
        subject: 'A face check failed',
        text: 'Someone tried to pass a face check for your account, and it failed.',
      },
      locked: {
        subject: 'Your face check is paused',
        text: 'Several sign-ins to your account failed the face check. Face checks are paused for a while.',
      },
      ended: {
        subject: 'Your face check was deleted',
        text: 'The face check for your account has ended, and its data is deleted.',
      },
    },
    when: 'When:',
    button: 'This was not me',
    footer:
      'If this was you, no action is needed. If not, select the button. The page asks you to confirm, then ends your face check and notifies your administrators. The link works once and is valid for seven days.',
  },
  de: {
    notices: {
      enrolled: {
        subject: 'Ihre Gesichtsprüfung wurde eingerichtet',
        text: 'Für Ihr Konto wurde eine Gesichtsprüfung eingerichtet.',
      },
      new_place: {
        subject: 'Ihre Gesichtsprüfung wurde an einem neuen Ort verwendet',
        text: 'Eine Gesichtsprüfung für Ihr Konto wurde auf einem neuen Gerät oder in einem neuen Netzwerk bestanden.',
      },
      refused: {
        subject: 'Eine Gesichtsprüfung ist fehlgeschlagen',
        text: 'Jemand hat versucht, eine Gesichtsprüfung für Ihr Konto zu bestehen. Sie ist fehlgeschlagen.',
      },
      locked: {
        subject: 'Ihre Gesichtsprüfung ist vorübergehend gesperrt',
        text: 'Bei mehreren Anmeldungen an Ihrem Konto ist die Gesichtsprüfung fehlgeschlagen. Gesichtsprüfungen sind vorübergehend gesperrt.',
      },
      ended: {
        subject: 'Ihre Gesichtsprüfung wurde gelöscht',
        text: 'Die Gesichtsprüfung für Ihr Konto wurde beendet, und die zugehörigen Daten wurden gelöscht.',
      },
    },
    when: 'Zeitpunkt:',
    button: 'Das war ich nicht',
    footer:
      'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, klicken Sie auf die Schaltfläche. Die Seite bittet Sie um Bestätigung, beendet dann Ihre Gesichtsprüfung und benachrichtigt Ihre Administratoren. Der Link funktioniert einmal und ist sieben Tage gültig.',
  },
  es: {
    notices: {
      enrolled: {
        subject: 'Se configuró su comprobación facial',
        text: 'Se configuró una comprobación facial para su cuenta.',
      },
      new_place: {
        subject: 'Su comprobación facial se usó en un lugar nuevo',
        text: 'Se superó una comprobación facial para su cuenta en un dispositivo o una red nuevos.',
      },
      refused: {
        subject: 'Una comprobación facial ha fallado',
        text: 'Alguien intentó superar una comprobación facial para su cuenta y no lo consiguió.',
      },
      locked: {
        subject: 'Su comprobación facial está en pausa',
        text: 'Varios inicios de sesión en su cuenta no superaron la comprobación facial. Las comprobaciones faciales están en pausa por un tiempo.',
      },
      ended: {
        subject: 'Su comprobación facial se ha eliminado',
        text: 'La comprobación facial de su cuenta ha finalizado y sus datos se han eliminado.',
      },
    },
    when: 'Cuándo:',
    button: 'No he sido yo',
    footer:
      'Si ha sido usted, no tiene que hacer nada. Si no, pulse el botón. La página le pide que lo confirme, finaliza su comprobación facial y avisa a sus administradores. El enlace funciona una vez y es válido durante siete días.',
  },
  fr: {
    notices: {
      enrolled: {
        subject: 'Votre vérification du visage a été configurée',
        text: 'Une vérification du visage a été configurée pour votre compte.',
      },
      new_place: {
        subject: 'Votre vérification du visage a été utilisée dans un nouveau lieu',
        text: 'Une vérification du visage pour votre compte a réussi sur un nouvel appareil ou un nouveau réseau.',
      },
      refused: {
        subject: 'Échec d’une vérification du visage',
        text: 'Quelqu’un a tenté une vérification du visage pour votre compte, et elle a échoué.',
      },
      locked: {
        subject: 'Votre vérification du visage est suspendue',
        text: 'Plusieurs connexions à votre compte ont échoué à la vérification du visage. Les vérifications du visage sont suspendues temporairement.',
      },
      ended: {
        subject: 'Votre vérification du visage a été supprimée',
        text: 'La vérification du visage de votre compte a pris fin et ses données ont été supprimées.',
      },
    },
    when: 'Date :',
    button: 'Ce n’était pas moi',
    footer:
      'Si c’était vous, aucune action n’est requise. Sinon, cliquez sur le bouton. La page vous demande de confirmer, puis met fin à votre vérification du visage et prévient vos administrateurs. Le lien fonctionne une fois et est valable sept jours.',
  },
  ar: {
    notices: {
      enrolled: { subject: 'تم إعداد التحقق من وجهك', text: 'تم إعداد التحقق من الوجه لحسابك.' },
      new_place: {
        subject: 'استُخدم التحقق من وجهك في مكان جديد',
        text: 'نجح التحقق من الوجه لحسابك على جهاز جديد أو شبكة جديدة.',
      },
      refused: { subject: 'فشل التحقق من الوجه', text: 'حاول شخص ما اجتياز التحقق من الوجه لحسابك وفشل.' },
      locked: {
        subject: 'تم إيقاف التحقق من وجهك مؤقتًا',
        text: 'فشلت عدة عمليات تسجيل دخول إلى حسابك في التحقق من الوجه. تم إيقاف التحقق من الوجه لبعض الوقت.',
      },
      ended: {
        subject: 'تم حذف التحقق من وجهك',
        text: 'انتهى التحقق من الوجه لحسابك وحُذفت بياناته.',
      },
    },
    when: 'الوقت:',
    button: 'لم أكن أنا',
    footer:
      'إذا كنت أنت من فعل ذلك، فلا يلزم أي إجراء. وإلا فاضغط على الزر. ستطلب منك الصفحة التأكيد، ثم تُنهي التحقق من وجهك وتُبلغ المسؤولين لديك. يعمل الرابط مرة واحدة وهو صالح لمدة سبعة أيام.',
  },
};
