import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'Ihre Organisation';
const at = (organisation: string | null): string => organisation ?? 'Ihrer Organisation';

const keptFor = (days: number | null): string =>
  days === null
    ? 'Er wird aufbewahrt, bis er gelöscht wird.'
    : `Er wird ${days} Tage aufbewahrt, danach gilt er nicht mehr.`;

export const de: Words = {
  title: 'Gesichtsprüfung',
  language: 'Sprache',
  helpLink: 'Hilfe',
  agree: 'Ich stimme zu, weiter',
  refuse: 'Ich möchte das nicht',
  cannot: 'Ich kann das nicht',
  cannotText:
    'Damit endet die Prüfung, und die Anwendung erfährt es. Danach können Sie einen anderen Weg nehmen, wenn es einen gibt.',
  agreed: { on: (day) => `Sie haben dem am ${day} zugestimmt.`, read: 'Ganzen Text lesen' },
  next: 'Weiter',
  back: 'Zurück',
  tryAgain: 'Noch einmal versuchen',
  goOn: 'Weiter',
  leave: 'Diese Seite verlassen',
  otherWay: 'Anderen Weg nehmen',
  mayClose: 'Sie können diese Seite schließen.',
  opening: 'Einen Moment',
  arrived: {
    heading: 'Ihr Link zur Gesichtsprüfung',
    text: 'Er öffnet sich einmal, und zwar auf diesem Gerät. Gehen Sie weiter, wenn Sie bereit sind.',
  },
  consent: {
    verify: {
      heading: 'Bestätigen Sie, dass Sie es sind',
      intro: (organisation) => `Bevor es weitergeht, bittet ${by(organisation)} um einen Blick auf Ihr Gesicht.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'Was geschieht',
          text: 'Ihre Kamera macht einige Bilder, während Sie den Kopf drehen. Sie werden mit Ihrer Registrierung verglichen und dann sofort gelöscht.',
        },
        {
          heading: 'Was aufbewahrt wird',
          text: `Ein versiegelter Token, der bei der Registrierung aus Ihrem Gesicht gemacht wurde, in Ihrem Benutzerprofil bei ${at(organisation)}. Er dient nur dazu, zu bestätigen, dass Sie es sind. ${keptFor(retentionDays)} Zeit und Ergebnis dieser Prüfung werden festgehalten, ohne Bilder.`,
        },
        {
          heading: 'Wenn Sie das nicht möchten',
          text: `Wählen Sie „Ich möchte das nicht“. Es wird kein Bild gemacht. Sie sehen einen anderen Weg, wenn ${by(organisation)} einen anbietet.`,
        },
        {
          heading: 'Wenn Sie es sich anders überlegen',
          text: `Sie können den Token jederzeit löschen lassen: auf Ihrer eigenen Seite für die Gesichtsprüfung oder bei ${at(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Gesichtsprüfung einrichten',
      intro: (organisation) =>
        `Mit Ihrer Zustimmung kann ${by(organisation)} an Ihrem Gesicht bestätigen, dass Sie es sind.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'Was geschieht',
          text: referencePhotoNeeded
            ? 'Ihre Kamera macht einige Bilder, während Sie den Kopf drehen. Sie werden mit einem Foto Ihres Ausweises verglichen. Aus ihnen wird ein versiegelter Token gemacht, dann werden alle Bilder sofort gelöscht.'
            : 'Ihre Kamera macht einige Bilder, während Sie den Kopf drehen. Aus ihnen wird ein versiegelter Token gemacht, dann werden die Bilder sofort gelöscht.',
        },
        {
          heading: 'Was aufbewahrt wird',
          text: `Der versiegelte Token, gemacht aus Ihrem Gesicht, in Ihrem Benutzerprofil bei ${at(organisation)}. Er dient nur dazu, später zu bestätigen, dass Sie es sind. ${keptFor(retentionDays)} Auch der Zeitpunkt Ihrer Zustimmung wird festgehalten.`,
        },
        {
          heading: 'Wenn Sie das nicht möchten',
          text: `Wählen Sie „Ich möchte das nicht“. Es wird kein Bild und kein Token gemacht. Sie sehen einen anderen Weg, wenn ${by(organisation)} einen anbietet.`,
        },
        {
          heading: 'Wenn Sie es sich anders überlegen',
          text: `Sie können den Token jederzeit löschen lassen: auf Ihrer eigenen Seite für die Gesichtsprüfung oder bei ${at(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: 'Geben Sie das frei?',
    intro: (application) =>
      `${application ?? 'Eine Anwendung'} bittet Sie, genau das freizugeben, was hier steht. Sie geben es mit Ihrem Gesicht frei.`,
    amount: 'Betrag',
    payee: 'Empfänger',
    document: 'Dokument',
    digest: 'Sein SHA-256-Fingerabdruck',
    mixedScripts:
      'Ein Wort hier mischt Buchstaben verschiedener Alphabete. Vielleicht sieht es nur aus wie der Name, den Sie erwarten.',
    warning:
      'Wenn Sie das nicht selbst begonnen haben oder ein Wort nicht stimmt, wählen Sie „Ich gebe das nicht frei“.',
    approve: 'Mit meinem Gesicht freigeben',
    refuse: 'Ich gebe das nicht frei',
  },
  place: {
    heading: 'Welche Kamera?',
    text: 'Sie brauchen eine Kamera, die auf Sie gerichtet ist, und etwas Licht im Gesicht.',
    here: 'Diesen Computer nehmen',
    phone: 'Mein Telefon nehmen',
  },
  handOff: {
    heading: 'Am Telefon weitermachen',
    text: 'Richten Sie die Kamera Ihres Telefons auf diesen Code und öffnen Sie den Link.',
    qr: 'QR-Code mit dem Link für Ihr Telefon',
    code: 'Ihr Telefon fragt, welche Zahl hier steht:',
    waiting: 'Warten auf Ihr Telefon …',
    opened: 'Wählen Sie diese Zahl auf dem Telefon',
    openedText: 'Ihr Telefon zeigt drei Zahlen. Wählen Sie dort diese.',
    paired: 'Ihr Telefon ist verbunden',
    pairedText: 'Machen Sie dort weiter. Diese Seite geht von selbst weiter.',
    refused: 'Die Prüfung wurde am Telefon beendet',
    refusedText:
      'Dort wurde eine andere Zahl gewählt oder keine davon. Zu Ihrem Schutz ist diese Prüfung beendet. War es ein Versehen, beginnen Sie von vorn.',
    anew: 'Einen neuen Code zeigen',
    here: 'Doch diesen Computer nehmen',
  },
  pairing: {
    heading: 'Welche Zahl zeigt Ihr Computer?',
    text: 'Ein Computer bittet um die Kamera dieses Telefons, um Ihr Gesicht zu prüfen. Wählen Sie die Zahl, die Sie selbst auf seinem Bildschirm sehen. Niemand darf sie Ihnen sagen.',
    organisation: 'Organisation',
    application: 'Anwendung',
    computer: 'Computer',
    network: 'Sein Netz',
    unknown: 'nicht bekannt',
    warning: 'Wenn Sie das nicht gerade eben selbst an diesem Computer begonnen haben, wählen Sie „Keine davon“.',
    none: 'Keine davon',
    refused: 'Beendet',
    refusedText:
      'Es wurde kein Bild aufgenommen. Wenn Sie diese Prüfung nicht selbst begonnen haben, kennt vielleicht jemand Ihr Passwort: Ändern Sie es und sagen Sie es der Stelle, die Ihr Konto betreut.',
  },
  permission: {
    heading: 'Kamera einschalten',
    text: 'Ihr Browser fragt gleich, ob diese Seite die Kamera benutzen darf. Wählen Sie „Zulassen“. Bevor Sie beginnen, wird nichts gesendet.',
    action: 'Kamera einschalten',
  },
  framing: {
    heading: 'Ihr Gesicht ins Oval',
    text: 'Nehmen Sie Sonnenbrille und alles ab, was Ihr Gesicht verdeckt. Drücken Sie dann „Start“ und folgen Sie den Pfeilen mit dem Kopf.',
    camera: 'Kamera',
    unnamedCamera: (number) => `Kamera ${number}`,
    start: 'Start',
    ready: 'Gut. Sie können beginnen.',
    loading: 'Wird vorbereitet …',
    noGuide: 'Die Hilfe beim Ausrichten gibt es in diesem Browser nicht. Die Prüfung geht auch ohne sie.',
    virtual: (camera) =>
      `„${camera}“ scheint eine virtuelle Kamera zu sein. Bilder von ihr reichen meist nicht. Wählen Sie eine echte Kamera.`,
    unsuitable: (camera) =>
      `„${camera}“ ist vielleicht nicht auf Sie gerichtet. Wählen Sie, wenn möglich, eine andere Kamera.`,
    flashes:
      'Der Bildschirm wechselt einige Male die Farbe, bis zu 2,5-mal in der Sekunde. Wenn Ihnen das schaden kann, machen Sie ohne weiter. Wenn nicht, stellen Sie ihn heller.',
    withoutFlashes: 'Ohne blinkende Farben',
    outshone:
      'Um Sie herum ist es zu hell für das Licht des Bildschirms. Drehen Sie sich vom Fenster oder von der Lampe weg und stellen Sie den Bildschirm heller.',
  },
  hints: {
    no_face: 'Es ist kein Gesicht zu sehen. Bringen Sie Ihr ganzes Gesicht in das Oval.',
    one_face: 'Es ist mehr als ein Gesicht zu sehen. Nur Sie dürfen im Bild sein.',
    come_closer: 'Kommen Sie etwas näher.',
    move_back: 'Gehen Sie etwas zurück.',
    centre: 'Bringen Sie Ihr Gesicht in die Mitte.',
    more_light: 'Bitte mehr Licht im Gesicht.',
    less_light: 'Es ist zu hell. Drehen Sie sich vom Licht weg.',
    too_bright:
      'Das Licht des Bildschirms ist auf Ihrem Gesicht nicht zu sehen. Drehen Sie sich vom Fenster oder der Lampe weg, stellen Sie den Bildschirm heller und kommen Sie näher.',
    glare: 'Etwas spiegelt. Neigen Sie die Brille oder rücken Sie die Lampe weg.',
    hold_still: 'Halten Sie einen Moment still.',
    follow: 'Folgen Sie jeder Bewegung, wenn sie gezeigt wird, und bleiben Sie einen Moment so.',
    reference_none: 'Auf diesem Foto ist kein Gesicht. Nehmen Sie eines, das das Bild auf Ihrem Ausweis zeigt.',
    reference_many:
      'Auf diesem Foto ist mehr als ein Gesicht. Nehmen Sie eines, das nur das Bild auf Ihrem Ausweis zeigt.',
    reference_small: 'Das Bild auf Ihrem Ausweis ist hier zu klein. Fotografieren Sie es aus größerer Nähe.',
    reference_unreadable:
      'Dieses Foto ist nicht zu erkennen. Nehmen Sie ein scharfes Bild im Format JPEG, PNG oder WebP, ohne Spiegelung.',
    reference_unlike:
      'Das Bild auf Ihrem Ausweis passte nicht zu Ihrem Gesicht. Nehmen Sie ein anderes Foto Ihres eigenen Ausweises, scharf und ohne Spiegelung.',
  },
  challenge: {
    heading: 'Folgen Sie mit dem Kopf',
    movements: {
      centre: 'Sehen Sie gerade in die Kamera',
      left: 'Drehen Sie den Kopf zu Ihrer linken Seite',
      right: 'Drehen Sie den Kopf zu Ihrer rechten Seite',
      up: 'Heben Sie das Kinn',
      down: 'Senken Sie das Kinn',
    },
    progress: (step, of) => `${step} von ${of}`,
    hold: 'Bitte so bleiben',
  },
  flashes: {
    heading: 'Diese Prüfung braucht blinkende Farben',
    text: (organisation) =>
      `Bei dieser Prüfung verlangt ${by(organisation)} die Farben des Bildschirms: Sie zeigen, dass keine Aufnahme vor der Kamera ist. Wenn blinkende Farben Ihnen schaden können, machen Sie hier nicht weiter.`,
    stop: 'Prüfung beenden',
  },
  sending: { heading: 'Wird geprüft', text: 'Das dauert einen Moment. Bitte lassen Sie diese Seite offen.' },
  passed: {
    verify: 'Sie sind es',
    enrol: 'Alles eingerichtet',
    text: 'Die Bilder sind gelöscht.',
    onPhone: 'Gehen Sie zurück an Ihren Computer: Dort geht es weiter.',
    returning: 'Es geht gleich weiter.',
  },
  failed: {
    heading: 'Das hat nicht geklappt',
    text: 'Ihr Gesicht konnte nicht bestätigt werden. Die Bilder sind gelöscht.',
  },
  again: {
    heading: 'Bitte noch einmal',
    text: 'Die Bilder reichten nicht, um zu entscheiden. Sie sind gelöscht.',
    triesLeft: (tries) => (tries === 1 ? 'Sie haben noch einen Versuch.' : `Sie haben noch ${tries} Versuche.`),
    withoutLight:
      'Das Licht des Bildschirms war auf Ihrem Gesicht nicht zu sehen. Der nächste Versuch geht ohne: nur mit Bewegungen.',
  },
  expired: {
    heading: 'Die Zeit ist um',
    text: 'Diese Prüfung war zu lange offen. Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
  },
  abandoned: {
    heading: 'Sie haben die Prüfung beendet',
    text: 'Die Prüfung ist beendet, und es wurde kein Bild aufbewahrt.',
  },
  lockedFor: (minutes) =>
    minutes === 1
      ? 'Warten Sie eine Minute, dann versuchen Sie es noch einmal.'
      : `Warten Sie ${minutes} Minuten, dann versuchen Sie es noch einmal.`,
  problems: {
    'camera-denied': {
      heading: 'Die Kamera ist gesperrt',
      text: 'Diese Seite darf die Kamera nicht benutzen. So erlauben Sie es wieder:',
      steps: [
        'Tippen oder klicken Sie auf das Zeichen neben der Adresse dieser Seite.',
        'Stellen Sie „Kamera“ auf „Zulassen“.',
        'Ist sie immer noch gesperrt, sehen Sie in den Einstellungen Ihres Geräts nach, ob der Browser die Kamera benutzen darf.',
        'Drücken Sie dann „Noch einmal versuchen“.',
      ],
    },
    'camera-none': {
      heading: 'Keine Kamera gefunden',
      text: 'Schließen Sie eine Kamera an und versuchen Sie es noch einmal, oder nehmen Sie ein Gerät, das eine hat.',
    },
    'camera-busy': {
      heading: 'Die Kamera antwortet nicht',
      text: 'Vielleicht benutzt sie ein anderes Programm. Beenden Sie Videoanrufe und andere Seiten mit Kamera, dann versuchen Sie es noch einmal.',
    },
    'camera-stopped': {
      heading: 'Die Kamera hat aufgehört',
      text: 'Das geschieht, wenn die Seite verlassen wird, das Gerät sich sperrt oder eine andere App die Kamera nimmt. Es wurde nichts gesendet. Beginnen Sie neu, wenn Sie so weit sind.',
    },
    insecure: {
      heading: 'Diese Adresse ist nicht sicher',
      text: 'Browser erlauben die Kamera nur auf Adressen, die mit https beginnen. Öffnen Sie den Link noch einmal so, wie Sie ihn bekommen haben.',
    },
    unsupported: {
      heading: 'Dieser Browser kann das nicht',
      text: 'Öffnen Sie den Link in einer aktuellen Version von Chrome, Edge, Firefox oder Safari. Sind Sie aus einer anderen App hierher gekommen, öffnen Sie ihn in Ihrem Browser.',
    },
    offline: {
      heading: 'Keine Verbindung',
      text: 'Das Netz ist weg. Diese Seite geht von selbst weiter, wenn es wieder da ist.',
    },
    'time-out': {
      heading: 'Das hat zu lange gedauert',
      text: 'Der Server hat nicht rechtzeitig geantwortet. Ihr Stand ist gemerkt. Versuchen Sie es noch einmal.',
    },
    'locked-out': {
      heading: 'Zu viele Versuche',
      text: 'Zu Ihrem Schutz gibt es jetzt eine Pause.',
    },
    'phone-needed': {
      heading: 'Ein Telefon wird gebraucht',
      text: 'Diese Prüfung macht Bilder mit der Kamera eines Telefons. Beginnen Sie noch einmal auf Ihrem Telefon.',
    },
    'opened-elsewhere': {
      heading: 'Dieser Link ist schon in Gebrauch',
      text: 'Er gilt einmal und wurde schon geöffnet, hier oder in einem anderen Browser. Machen Sie dort weiter oder bitten Sie um einen neuen Link.',
    },
    'link-missing': {
      heading: 'Im Link fehlt etwas',
      text: 'Öffnen Sie den Link noch einmal so, wie Sie ihn bekommen haben, vollständig. Oder gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
    },
    'link-over': {
      heading: 'Dieser Link gilt nicht mehr',
      text: 'Er wurde benutzt oder seine Zeit ist um. Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
    },
    overloaded: {
      heading: 'Viele Menschen warten',
      text: 'Der Server ist beschäftigt. Ihr Stand ist gemerkt. Versuchen Sie es gleich noch einmal.',
    },
    unavailable: {
      heading: 'Gerade nicht möglich',
      text: 'Ein Dienst, den diese Prüfung braucht, antwortet nicht. Ihr Stand ist gemerkt. Versuchen Sie es gleich noch einmal.',
    },
    'challenge-over': {
      heading: 'Das hat zu lange gedauert',
      text: 'Die Bewegungen müssen in kurzer Zeit gemacht werden. Bitte beginnen Sie noch einmal mit ihnen.',
    },
    'passkey-unsupported': {
      heading: 'Keine Passkeys in diesem Browser',
      text: 'Diese Prüfung braucht einen Passkey, den dieser Browser oder dieses Gerät nicht anbietet. Nehmen Sie einen aktuellen Browser oder das Gerät, mit dem Sie sich registriert haben.',
    },
    'passkey-cancelled': {
      heading: 'Der Passkey wurde nicht benutzt',
      text: 'Die Frage Ihres Geräts wurde geschlossen oder ist abgelaufen. Sie können es noch einmal versuchen.',
    },
    'passkey-no-prf': {
      heading: 'Dieser Passkey genügt nicht',
      text: 'Er kann Ihren Token nicht schützen. Wählen Sie einen anderen Ort für den Passkey: zum Beispiel Ihr Telefon oder einen neueren Sicherheitsschlüssel.',
    },
    'passkey-not-known': {
      heading: 'Kein passender Passkey',
      text: 'Dieses Gerät hat den Passkey nicht, mit dem Sie sich registriert haben. Nehmen Sie das Gerät, das ihn hat. Ist es verloren, müssen Sie sich neu registrieren.',
    },
    'code-wrong': {
      heading: 'Dieser Code geht nicht',
      text: 'Er ist falsch, benutzt oder abgelaufen.',
    },
    'not-sent': {
      heading: 'Der Code konnte nicht gesendet werden',
      text: 'Ihr Profil hat keine Adresse dafür, oder die Nachricht kam nicht durch. Wählen Sie einen anderen Weg.',
    },
    general: {
      heading: 'Etwas ist schiefgegangen',
      text: 'Es liegt nicht an Ihnen. Bitte versuchen Sie es noch einmal.',
    },
  },
  manage: {
    heading: 'Ihre Gesichtsprüfung',
    none: 'Von Ihnen ist nichts aufbewahrt.',
    text: 'Das ist in Ihrem Benutzerprofil über Sie aufbewahrt. Der Token selbst ist versiegelt und wird nicht gezeigt.',
    tokenId: 'Nummer des Tokens',
    enrolledAt: 'Gemacht am',
    purpose: 'Zweck',
    expiresAt: 'Gilt bis',
    untilRevoked: 'bis er gelöscht wird',
    enrol: 'Jetzt einrichten',
    renew: 'Neu machen',
    revoke: 'Löschen',
    confirmHeading: 'Ihre Gesichtsprüfung löschen?',
    confirmText:
      'Der Token wird aus Ihrem Benutzerprofil gelöscht und gilt nicht mehr. Für eine weitere Gesichtsprüfung müssten Sie sich neu registrieren.',
    confirm: 'Ja, löschen',
    keep: 'Behalten',
    revoked: 'Er ist gelöscht.',
    close: 'Seite schließen',
    closed: { heading: 'Die Seite ist geschlossen', text: 'Wer dieses Gerät als Nächstes benutzt, sieht sie nicht.' },
  },
  notices: {
    heading: 'Bescheid geben, wenn',
    headingByEmail: 'Per E-Mail Bescheid geben, wenn',
    kinds: {
      enrolled: 'eine Gesichtsprüfung eingerichtet wird',
      new_place: 'sie auf einem neuen Gerät oder in einem neuen Netz benutzt wird',
      refused: 'eine Gesichtsprüfung abgelehnt wird',
      locked: 'sie nach mehreren Versuchen unterbrochen wird',
      ended: 'sie beendet wird',
    },
    how: 'Auf welchem Weg',
    byEmail: 'auch per E-Mail',
    emailStill:
      'In der E-Mail steht auch der Knopf „Das war ich nicht“. Ist kein Gerät zu erreichen, kommt trotzdem eine E-Mail.',
    here: 'Auch auf diesem Gerät Bescheid geben',
    notHere: 'Auf diesem Gerät nicht mehr',
    otherDevices: 'Andere Geräte, die Bescheid bekommen:',
    nowhere: 'Auf keinem Gerät mehr',
    refused:
      'Gespeichert. Dieser Browser zeigt aber keine Mitteilungen dieser Seite: Sehen Sie in seinen Einstellungen nach und versuchen Sie es noch einmal.',
    keep: 'Auswahl speichern',
    kept: 'Gespeichert.',
  },
  notMe: {
    heading: 'Waren Sie das nicht?',
    text: 'Wenn Sie nicht getan haben, wovon die Nachricht spricht, beenden Sie Ihre Gesichtsprüfung jetzt. Was dafür aufbewahrt ist, wird gelöscht, wartende Prüfungen enden, und wer helfen kann, bekommt Bescheid.',
    confirm: 'Ich war es nicht: beenden',
    done: 'Ihre Gesichtsprüfung ist beendet',
    doneText:
      'Wer Ihr Konto betreut, weiß davon. Wenn jemand Ihr Passwort kennen könnte, ändern Sie es jetzt. Die Gesichtsprüfung können Sie später neu einrichten.',
  },
  reference: {
    heading: 'Ein Foto Ihres Ausweises',
    text: 'Ihr Gesicht wird mit dem Bild auf Ihrem Ausweis verglichen. Das Foto muss dieses Bild scharf und ohne Spiegelung zeigen. Nach dem Vergleich wird es gelöscht.',
    choose: 'Foto auswählen',
    take: 'Foto machen',
    cameraHeading: 'Halten Sie Ihren Ausweis ins Bild',
    cameraText: 'Das Bild darauf sollte den größten Teil füllen.',
    shutter: 'Foto machen',
    preview: 'Das gewählte Foto',
    use: 'Dieses Foto nehmen',
    another: 'Ein anderes nehmen',
  },
  pin: {
    chooseHeading: 'PIN wählen',
    enterHeading: 'PIN eingeben',
    chooseText:
      'Der Token öffnet sich nur mit Ihrem Gesicht und dieser PIN. Niemand kann sie Ihnen später sagen: Wenn Sie sie vergessen, registrieren Sie sich neu.',
    enterText: 'Die PIN, die Sie bei der Registrierung gewählt haben.',
    label: 'PIN',
    repeat: 'Dieselbe PIN noch einmal',
    rule: '6 bis 12 Ziffern',
    tooShort: 'Die PIN braucht 6 bis 12 Ziffern.',
    weak: 'Diese PIN ist zu leicht zu erraten. Wählen Sie eine andere.',
    different: 'Die beiden PINs sind nicht gleich.',
  },
  passkey: {
    createHeading: 'Mit diesem Gerät schützen',
    getHeading: 'Passkey benutzen',
    createText: 'Ihr Gerät macht einen Passkey. Von da an braucht die Prüfung Ihr Gesicht und diesen Passkey.',
    getText: 'Ihr Gerät fragt nach dem Passkey, mit dem Sie sich registriert haben.',
    action: 'Weiter mit dem Passkey',
  },
  ways: {
    heading: 'Ein anderer Weg',
    text: 'Wählen Sie, wie Sie zeigen möchten, wer Sie sind. Es wird kein Bild gemacht.',
    helpText: 'Sie können der Hilfe sagen, was im Weg ist.',
    cannotText: 'Dies zeigt, was Sie stattdessen tun können.',
    names: {
      email: 'Code per E-Mail',
      sms: 'Code per SMS',
      recovery_code: 'Wiederherstellungscode',
      bypass_code: 'Code von der Hilfe',
    },
    texts: {
      email: 'Ein Code aus sechs Ziffern ging an die E-Mail-Adresse in Ihrem Profil. Er gilt zehn Minuten.',
      sms: 'Ein Code aus sechs Ziffern ging an die Telefonnummer in Ihrem Profil. Er gilt zehn Minuten.',
      recovery_code: 'Einer der Codes, die Sie bei der Einrichtung erhalten haben. Jeder gilt einmal.',
      bypass_code: 'Der Code, den die Hilfe Ihnen gegeben hat. Er gilt einmal, für wenige Minuten.',
    },
    label: 'Ihr Code',
    wrong: 'Dieser Code ist falsch, benutzt oder abgelaufen.',
    back: 'Zurück zur Kamera',
    stop: 'Die Prüfung beenden',
    passed: {
      heading: 'Erledigt',
      text: 'Es wurde kein Bild gemacht. Die Anwendung erfährt, dass ein Code an die Stelle Ihres Gesichts trat.',
    },
  },
  recovery: {
    heading: 'Für den Fall, dass Ihr Gesicht nicht geht',
    text: 'Sie können zehn Wiederherstellungscodes haben. Jeder ersetzt eine Gesichtsprüfung, wo das erlaubt ist. Neue Codes beenden alle früheren.',
    show: 'Meine Codes zeigen',
    later: 'Jetzt nicht',
    keep: 'Schreiben Sie diese Codes auf oder drucken Sie sie, und verwahren Sie sie so, dass nur Sie sie finden. Sie werden nicht noch einmal gezeigt.',
    done: 'Ich habe sie verwahrt',
  },
  help: {
    ask: 'Die Hilfe fragen',
    text: 'Sie erfährt, wer Sie sind und was Sie hier schreiben. Schreiben Sie nichts, was niemand wissen darf.',
    reason: 'Was ist im Weg?',
    reasons: {
      no_camera: 'Ich habe keine Kamera, die geht',
      not_recognised: 'Ich werde nicht erkannt',
      cannot_move: 'Ich kann die Bewegungen nicht machen',
      not_wanted: 'Ich möchte keine Gesichtsprüfung',
      other: 'Etwas anderes',
    },
    note: 'Mehr dazu (höchstens 200 Zeichen)',
    send: 'Senden',
    asked: 'Die Hilfe weiß Bescheid',
    askedText: 'Sie meldet sich bei Ihnen. Sie können diese Seite schließen oder auf einem anderen Weg weitermachen.',
  },
  call: {
    heading: 'Welche Zahl wurde Ihnen genannt?',
    text: 'Sie telefonieren mit der Hilfe. Wählen Sie die Zahl, die sie Ihnen vorliest. Danach wird Ihr Gesicht geprüft.',
    warning:
      'Wenn Ihnen gerade niemand eine Zahl vorliest, wählen Sie „Keine davon“: Sonst benutzt vielleicht jemand anderes Ihr Gesicht.',
  },
  kiosk: {
    heading: 'Willkommen',
    text: 'Die Prüfung beginnt hier von selbst, wenn Sie aufgerufen werden.',
    noScanner: 'Dieser Browser kann keine Codes lesen. Das Personal beginnt die Prüfung.',
    scan: 'Meinen Code zeigen',
    scanHeading: 'Zeigen Sie Ihren Code',
    scanText: 'Halten Sie den QR-Code Ihres Links vor die Kamera.',
    fullScreen: 'Ganzer Bildschirm',
    resets: (seconds) =>
      `Dieser Bildschirm wird in ${seconds === 1 ? 'einer Sekunde' : `${seconds} Sekunden`} geleert.`,
    now: 'Jetzt leeren',
  },
};
