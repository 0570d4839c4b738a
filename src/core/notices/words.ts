import type { LetterLanguage } from '../letters/language.js';
import type { NoticeKind } from '../step-up/page-protocol.js';

interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

export interface NoticeWords {
  readonly notices: Readonly<Record<NoticeKind, NoticeText>>;
  /** Label before the time. */
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
        text: 'A face check for your account passed on a device, or in a network, that it was not used from before.',
      },
      refused: {
        subject: 'A face check was refused',
        text: 'Somebody tried a face check for your account, and it did not pass.',
      },
      locked: {
        subject: 'Your face check is paused',
        text: 'Several sign-ins to your account did not pass the face check. It is paused for a while.',
      },
      ended: {
        subject: 'Your face check was ended',
        text: 'The face check of your account was ended, and what it was kept by is deleted.',
      },
    },
    when: 'When:',
    button: 'This was not me',
    footer:
      'If this was you, there is nothing to do. If not, press the button: it opens a page that asks once more, and then ends your face check and tells those who can help. The link works once, for seven days.',
  },
  de: {
    notices: {
      enrolled: {
        subject: 'Ihre Gesichtsprüfung wurde eingerichtet',
        text: 'Für Ihr Konto wurde eine Gesichtsprüfung eingerichtet.',
      },
      new_place: {
        subject: 'Ihre Gesichtsprüfung wurde an einem neuen Ort benutzt',
        text: 'Eine Gesichtsprüfung für Ihr Konto wurde auf einem Gerät oder in einem Netz bestanden, von dem aus sie bisher nicht benutzt wurde.',
      },
      refused: {
        subject: 'Eine Gesichtsprüfung wurde abgelehnt',
        text: 'Jemand hat eine Gesichtsprüfung für Ihr Konto versucht. Sie wurde nicht bestanden.',
      },
      locked: {
        subject: 'Ihre Gesichtsprüfung ist unterbrochen',
        text: 'Mehrere Anmeldungen an Ihrem Konto haben die Gesichtsprüfung nicht bestanden. Sie ist für eine Weile unterbrochen.',
      },
      ended: {
        subject: 'Ihre Gesichtsprüfung wurde beendet',
        text: 'Die Gesichtsprüfung Ihres Kontos wurde beendet, und was dafür aufbewahrt war, ist gelöscht.',
      },
    },
    when: 'Wann:',
    button: 'Das war ich nicht',
    footer:
      'Waren Sie es selbst, ist nichts zu tun. Wenn nicht, drücken Sie den Knopf: Er öffnet eine Seite, die noch einmal fragt, dann Ihre Gesichtsprüfung beendet und denen Bescheid gibt, die helfen können. Der Link gilt einmal, sieben Tage lang.',
  },
  es: {
    notices: {
      enrolled: {
        subject: 'Se configuró su control facial',
        text: 'Se configuró un control facial para su cuenta.',
      },
      new_place: {
        subject: 'Su control facial se usó en un lugar nuevo',
        text: 'Se superó un control facial para su cuenta en un dispositivo, o desde una red, en que no se había usado antes.',
      },
      refused: {
        subject: 'Se rechazó un control facial',
        text: 'Alguien intentó un control facial para su cuenta, y no se superó.',
      },
      locked: {
        subject: 'Su control facial está en pausa',
        text: 'Varios inicios de sesión en su cuenta no superaron el control facial. Está en pausa por un tiempo.',
      },
      ended: {
        subject: 'Su control facial ha terminado',
        text: 'El control facial de su cuenta ha terminado, y lo que se guardaba para él se ha borrado.',
      },
    },
    when: 'Cuándo:',
    button: 'No he sido yo',
    footer:
      'Si ha sido usted, no tiene que hacer nada. Si no, pulse el botón: abre una página que pregunta una vez más, termina su control facial y avisa a quienes pueden ayudar. El enlace sirve una vez, durante siete días.',
  },
  fr: {
    notices: {
      enrolled: {
        subject: 'Votre contrôle facial a été configuré',
        text: 'Un contrôle facial a été configuré pour votre compte.',
      },
      new_place: {
        subject: 'Votre contrôle facial a servi dans un nouvel endroit',
        text: 'Un contrôle facial pour votre compte a été réussi sur un appareil, ou depuis un réseau, où il n’avait pas encore servi.',
      },
      refused: {
        subject: 'Un contrôle facial a été refusé',
        text: 'Quelqu’un a tenté un contrôle facial pour votre compte, et il n’a pas été réussi.',
      },
      locked: {
        subject: 'Votre contrôle facial est suspendu',
        text: 'Plusieurs connexions à votre compte n’ont pas réussi le contrôle facial. Il est suspendu pour un moment.',
      },
      ended: {
        subject: 'Votre contrôle facial a pris fin',
        text: 'Le contrôle facial de votre compte a pris fin, et ce qui était conservé pour lui est effacé.',
      },
    },
    when: 'Quand :',
    button: 'Ce n’était pas moi',
    footer:
      'Si c’était vous, il n’y a rien à faire. Sinon, appuyez sur le bouton : il ouvre une page qui demande encore une fois, puis met fin à votre contrôle facial et prévient ceux qui peuvent aider. Le lien fonctionne une fois, pendant sept jours.',
  },
  ar: {
    notices: {
      enrolled: { subject: 'تم إعداد فحص الوجه الخاص بك', text: 'تم إعداد فحص الوجه لحسابك.' },
      new_place: {
        subject: 'استُخدم فحص الوجه الخاص بك في مكان جديد',
        text: 'نجح فحص الوجه لحسابك على جهاز أو من شبكة لم يُستخدم منها من قبل.',
      },
      refused: { subject: 'رُفض فحص للوجه', text: 'حاول شخص ما إجراء فحص الوجه لحسابك ولم ينجح.' },
      locked: {
        subject: 'فحص الوجه الخاص بك متوقف مؤقتًا',
        text: 'لم تجتز عدة عمليات تسجيل دخول إلى حسابك فحص الوجه، وهو متوقف لبعض الوقت.',
      },
      ended: {
        subject: 'انتهى فحص الوجه الخاص بك',
        text: 'انتهى فحص الوجه لحسابك، وحُذف ما كان محفوظًا له.',
      },
    },
    when: 'الوقت:',
    button: 'لم أكن أنا',
    footer:
      'إذا كنت أنت من فعل ذلك فلا حاجة إلى شيء. وإلا فاضغط الزر: يفتح صفحة تسأل مرة أخرى، ثم تنهي فحص الوجه وتخبر من يمكنه المساعدة. يعمل الرابط مرة واحدة خلال سبعة أيام.',
  },
};
