import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'Ihre Organisation';
const at = (organisation: string | null): string => organisation ?? 'Ihrer Organisation';

const keptFor = (days: number | null): string =>
  days === null
    ? 'Er wird gespeichert, bis er gelöscht wird.'
    : `Er wird ${days} Tage gespeichert und ist danach ungültig.`;

export const de: Words = {
  title: 'Gesichtsprüfung',
  language: 'Sprache',
  helpLink: 'Hilfe',
  agree: 'Zustimmen und weiter',
  refuse: 'Nein, danke',
  cannot: 'Ich kann das nicht',
  cannotText:
    'Damit wird die Prüfung beendet und die Anwendung informiert. Danach können Sie eine andere Methode verwenden, sofern es eine gibt.',
  agreed: { on: (day) => `Sie haben dem am ${day} zugestimmt.`, read: 'Vollständigen Text lesen' },
  next: 'Weiter',
  back: 'Zurück',
  tryAgain: 'Erneut versuchen',
  goOn: 'Weiter',
  leave: 'Diese Seite verlassen',
  otherWay: 'Andere Methode verwenden',
  mayClose: 'Sie können diese Seite schließen.',
  opening: 'Einen Moment',
  arrived: {
    heading: 'Ihr Link zur Gesichtsprüfung',
    text: 'Er lässt sich einmal öffnen, auf diesem Gerät. Fahren Sie fort, wenn Sie bereit sind.',
  },
  consent: {
    verify: {
      heading: 'Bestätigen Sie, dass Sie es sind',
      intro: (organisation) => `Bevor Sie fortfahren, möchte ${by(organisation)} Ihr Gesicht prüfen.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'So läuft es ab',
          text: 'Ihre Kamera nimmt einige Bilder auf, während Sie den Kopf drehen. Sie werden mit Ihrer Registrierung verglichen und danach sofort gelöscht.',
        },
        {
          heading: 'Was gespeichert wird',
          text: `Ein versiegelter Token, der bei der Registrierung aus Ihrem Gesicht erzeugt wurde, in Ihrem Benutzerprofil bei ${at(organisation)}. Er wird nur verwendet, um zu bestätigen, dass Sie es sind. ${keptFor(retentionDays)} Zeitpunkt und Ergebnis dieser Prüfung werden protokolliert, ohne Bilder.`,
        },
        {
          heading: 'Wenn Sie das nicht möchten',
          text: `Wählen Sie „Nein, danke“. Es wird kein Bild aufgenommen. Ihnen wird eine andere Methode angezeigt, wenn ${by(organisation)} eine anbietet.`,
        },
        {
          heading: 'Wenn Sie es sich anders überlegen',
          text: `Sie können den Token jederzeit löschen lassen: auf Ihrer eigenen Seite für Gesichtsprüfungen oder bei ${at(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Gesichtsprüfung einrichten',
      intro: (organisation) =>
        `Mit Ihrer Einwilligung kann ${by(organisation)} anhand Ihres Gesichts bestätigen, dass Sie es sind.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'So läuft es ab',
          text: referencePhotoNeeded
            ? 'Ihre Kamera nimmt einige Bilder auf, während Sie den Kopf drehen. Sie werden mit einem Foto Ihres Ausweises verglichen. Daraus wird ein versiegelter Token erzeugt, danach werden alle Bilder sofort gelöscht.'
            : 'Ihre Kamera nimmt einige Bilder auf, während Sie den Kopf drehen. Daraus wird ein versiegelter Token erzeugt, danach werden die Bilder sofort gelöscht.',
        },
        {
          heading: 'Was gespeichert wird',
          text: `Der aus Ihrem Gesicht erzeugte versiegelte Token, in Ihrem Benutzerprofil bei ${at(organisation)}. Er wird nur verwendet, um später zu bestätigen, dass Sie es sind. ${keptFor(retentionDays)} Auch der Zeitpunkt Ihrer Einwilligung wird protokolliert.`,
        },
        {
          heading: 'Wenn Sie das nicht möchten',
          text: `Wählen Sie „Nein, danke“. Es wird kein Bild aufgenommen und kein Token erzeugt. Ihnen wird eine andere Methode angezeigt, wenn ${by(organisation)} eine anbietet.`,
        },
        {
          heading: 'Wenn Sie es sich anders überlegen',
          text: `Sie können den Token jederzeit löschen lassen: auf Ihrer eigenen Seite für Gesichtsprüfungen oder bei ${at(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: 'Möchten Sie das genehmigen?',
    intro: (application) =>
      `${application ?? 'Eine Anwendung'} bittet Sie, genau dies zu genehmigen. Sie genehmigen es mit Ihrem Gesicht.`,
    amount: 'Betrag',
    payee: 'Empfänger',
    document: 'Dokument',
    digest: 'SHA-256-Fingerabdruck',
    mixedScripts:
      'Ein Wort enthält Buchstaben aus verschiedenen Alphabeten. Es sieht möglicherweise nur so aus wie der Name, den Sie erwarten.',
    warning: 'Wenn Sie das nicht selbst gestartet haben oder ein Wort nicht stimmt, wählen Sie „Nicht genehmigen“.',
    approve: 'Mit meinem Gesicht genehmigen',
    refuse: 'Nicht genehmigen',
  },
  usePhone: 'Mein Smartphone verwenden',
  handOff: {
    heading: 'Auf dem Smartphone fortfahren',
    text: 'Scannen Sie diesen Code mit der Kamera Ihres Smartphones und öffnen Sie den Link.',
    qr: 'QR-Code mit dem Link für Ihr Smartphone',
    code: 'Ihr Smartphone fragt Sie nach dieser Zahl:',
    waiting: 'Warten auf Ihr Smartphone …',
    opened: 'Wählen Sie diese Zahl auf Ihrem Smartphone',
    openedText: 'Ihr Smartphone zeigt drei Zahlen. Wählen Sie dort diese aus.',
    paired: 'Ihr Smartphone ist verbunden',
    pairedText: 'Fahren Sie dort fort. Diese Seite wird automatisch aktualisiert.',
    refused: 'Die Prüfung wurde auf dem Smartphone abgebrochen',
    refusedText:
      'Es wurde eine andere oder keine Zahl gewählt. Zu Ihrem Schutz wurde diese Prüfung beendet. Wenn es ein Versehen war, starten Sie erneut.',
    anew: 'Neuen Code anzeigen',
    here: 'Stattdessen diesen Computer verwenden',
  },
  pairing: {
    heading: 'Welche Zahl zeigt Ihr Computer?',
    text: 'Ein Computer möchte die Kamera dieses Smartphones verwenden, um Ihr Gesicht zu prüfen. Wählen Sie die Zahl, die Sie auf seinem Bildschirm sehen. Wählen Sie nie eine Zahl, die Ihnen jemand nennt.',
    organisation: 'Organisation',
    application: 'Anwendung',
    computer: 'Computer',
    network: 'Netzwerk',
    unknown: 'unbekannt',
    warning: 'Wenn Sie das nicht gerade selbst an diesem Computer gestartet haben, wählen Sie „Keine davon“.',
    none: 'Keine davon',
    refused: 'Abgebrochen',
    refusedText:
      'Es wurde kein Bild aufgenommen. Wenn Sie diese Prüfung nicht selbst gestartet haben, kennt möglicherweise jemand Ihr Passwort: Ändern Sie es und informieren Sie Ihren Helpdesk.',
  },
  permission: {
    heading: 'Kamerazugriff erlauben',
    text: 'Ihr Browser fragt, ob diese Seite die Kamera verwenden darf. Wählen Sie „Zulassen“. Die Prüfung beginnt, sobald Ihr Gesicht im Oval ist.',
    getReady: 'Gleich geht es los',
    action: 'Kamerazugriff erlauben',
  },
  framing: {
    heading: 'Platzieren Sie Ihr Gesicht im Oval',
    text: 'Nehmen Sie Sonnenbrille und alles ab, was Ihr Gesicht verdeckt. Die Prüfung beginnt von selbst.',
    camera: 'Kamera',
    unnamedCamera: (number) => `Kamera ${number}`,
    start: 'Start',
    ready: 'Halten Sie still …',
    loading: 'Wird vorbereitet …',
    noGuide:
      'Die Hilfe zum Ausrichten ist in diesem Browser nicht verfügbar. Drücken Sie „Start“, wenn Ihr Gesicht im Oval ist.',
    virtual: (camera) =>
      `„${camera}“ scheint eine virtuelle Kamera zu sein. Ihre Bilder werden meist nicht akzeptiert. Wählen Sie eine echte Kamera.`,
    unsuitable: (camera) =>
      `„${camera}“ ist möglicherweise nicht auf Sie gerichtet. Wählen Sie nach Möglichkeit eine andere Kamera.`,
    flashes:
      'Ihr Bildschirm blinkt in Farben, bis zu 2,5-mal pro Sekunde. Reagieren Sie empfindlich auf Blinken? Dann fahren Sie ohne fort. Andernfalls erhöhen Sie die Helligkeit.',
    withoutFlashes: 'Blinkende Farben überspringen',
    outshone:
      'Ihre Umgebung ist zu hell. Drehen Sie sich vom Fenster oder von der Lampe weg und erhöhen Sie die Helligkeit des Bildschirms.',
  },
  hints: {
    no_face: 'Ihr Gesicht ist nicht zu sehen. Platzieren Sie Ihr ganzes Gesicht im Oval.',
    one_face: 'Es ist mehr als ein Gesicht zu sehen. Nur Sie dürfen im Bild sein.',
    come_closer: 'Kommen Sie etwas näher.',
    move_back: 'Gehen Sie etwas zurück.',
    centre: 'Bewegen Sie Ihr Gesicht in die Mitte.',
    more_light: 'Sorgen Sie für mehr Licht auf Ihrem Gesicht.',
    less_light: 'Es ist zu hell. Drehen Sie sich vom Licht weg.',
    too_bright:
      'Das Licht des Bildschirms ist auf Ihrem Gesicht nicht zu sehen. Drehen Sie sich vom Fenster oder von der Lampe weg, erhöhen Sie die Bildschirmhelligkeit und kommen Sie näher.',
    glare: 'Das Bild enthält Spiegelungen. Neigen Sie die Brille oder verschieben Sie die Lampe.',
    hold_still: 'Halten Sie einen Moment still.',
    follow: 'Führen Sie jede Bewegung aus, wenn sie angezeigt wird, und halten Sie sie einen Moment.',
    reference_none:
      'Auf diesem Foto wurde kein Gesicht gefunden. Verwenden Sie eines, das das Bild auf Ihrem Ausweis zeigt.',
    reference_many:
      'Auf diesem Foto ist mehr als ein Gesicht. Verwenden Sie eines, das nur das Bild auf Ihrem Ausweis zeigt.',
    reference_small: 'Das Bild auf Ihrem Ausweis ist zu klein. Machen Sie das Foto aus geringerem Abstand.',
    reference_unreadable:
      'Dieses Foto kann nicht gelesen werden. Verwenden Sie ein scharfes Bild im Format JPEG, PNG oder WebP ohne Spiegelungen.',
    reference_unlike:
      'Das Bild auf Ihrem Ausweis stimmt nicht mit Ihrem Gesicht überein. Verwenden Sie ein anderes Foto Ihres eigenen Ausweises, scharf und ohne Spiegelungen.',
  },
  challenge: {
    heading: 'Bewegen Sie den Kopf wie gezeigt',
    movements: {
      centre: 'Sehen Sie gerade in die Kamera',
      left: 'Drehen Sie den Kopf nach links',
      right: 'Drehen Sie den Kopf nach rechts',
      up: 'Heben Sie das Kinn',
      down: 'Senken Sie das Kinn',
    },
    hold: 'Stillhalten',
  },
  flashes: {
    heading: 'Diese Prüfung verwendet blinkende Farben',
    text: (organisation) =>
      `Für diese Prüfung verlangt ${by(organisation)} blinkende Farben. Sie zeigen, dass keine Aufzeichnung vor die Kamera gehalten wird. Wenn blinkende Farben Ihnen schaden können, fahren Sie hier nicht fort.`,
    stop: 'Prüfung beenden',
  },
  sending: { heading: 'Wird geprüft', text: 'Das dauert einen Moment. Bitte lassen Sie diese Seite offen.' },
  passed: {
    verify: 'Sie wurden verifiziert',
    enrol: 'Alles eingerichtet',
    text: 'Die Bilder wurden gelöscht.',
    onPhone: 'Kehren Sie zu Ihrem Computer zurück, um fortzufahren.',
    returning: (application) =>
      application === null ? 'Sie werden weitergeleitet …' : `Sie werden zu ${application} weitergeleitet …`,
  },
  failed: {
    heading: 'Wir konnten nicht bestätigen, dass Sie es sind',
    text: 'Die Bilder wurden gelöscht.',
    next: 'Gehen Sie zurück und starten Sie erneut, oder fragen Sie Ihren Helpdesk nach einer anderen Methode.',
  },
  again: {
    heading: 'Versuchen wir es noch einmal',
    text: 'Die Bilder waren nicht deutlich genug. Sie wurden gelöscht.',
    triesLeft: (tries) => (tries === 1 ? 'Sie haben noch einen Versuch.' : `Sie haben noch ${tries} Versuche.`),
    withoutLight:
      'Das Licht des Bildschirms war auf Ihrem Gesicht nicht zu sehen. Der nächste Versuch verwendet nur Bewegungen.',
  },
  expired: {
    heading: 'Diese Prüfung ist abgelaufen',
    text: 'Sie war zu lange geöffnet. Gehen Sie dorthin zurück, woher Sie gekommen sind, und starten Sie erneut.',
  },
  abandoned: {
    heading: 'Sie haben die Prüfung abgebrochen',
    text: 'Es wurde kein Bild gespeichert.',
  },
  tryAgainAt: (time) => `Versuchen Sie es um ${time} erneut.`,
  problems: {
    'camera-denied': {
      heading: 'Die Kamera ist blockiert',
      text: 'Diese Seite kann die Kamera nicht verwenden. So erlauben Sie es:',
      steps: [
        'Tippen Sie auf das Symbol neben der Adressleiste.',
        'Stellen Sie „Kamera“ auf „Zulassen“.',
        'Wenn sie weiterhin blockiert ist, prüfen Sie in den Einstellungen Ihres Geräts, ob der Browser die Kamera verwenden darf.',
        'Drücken Sie dann „Erneut versuchen“.',
      ],
    },
    'camera-none': {
      heading: 'Keine Kamera gefunden',
      text: 'Schließen Sie eine Kamera an und versuchen Sie es erneut, oder verwenden Sie ein Gerät mit Kamera.',
    },
    'camera-busy': {
      heading: 'Die Kamera reagiert nicht',
      text: 'Möglicherweise wird sie von einem anderen Programm verwendet. Schließen Sie Videoanrufe und andere Seiten, die die Kamera verwenden, und versuchen Sie es erneut.',
    },
    'camera-stopped': {
      heading: 'Die Kamera wurde angehalten',
      text: 'Das geschieht, wenn Sie die Seite verlassen, das Gerät gesperrt wird oder eine andere App die Kamera verwendet. Es wurde nichts gesendet. Starten Sie erneut, wenn Sie bereit sind.',
    },
    insecure: {
      heading: 'Diese Adresse ist nicht sicher',
      text: 'Browser erlauben die Kamera nur auf Adressen, die mit https beginnen. Öffnen Sie den Link noch einmal so, wie Sie ihn erhalten haben.',
    },
    unsupported: {
      heading: 'Dieser Browser wird nicht unterstützt',
      text: 'Öffnen Sie den Link in einer aktuellen Version von Chrome, Edge, Firefox oder Safari. Wenn Sie aus einer anderen App hierhergekommen sind, öffnen Sie ihn in Ihrem Browser.',
    },
    offline: {
      heading: 'Keine Verbindung',
      text: 'Sie sind offline. Diese Seite wird fortgesetzt, sobald die Verbindung wieder besteht.',
    },
    'time-out': {
      heading: 'Das hat zu lange gedauert',
      text: 'Der Server hat nicht rechtzeitig geantwortet. Ihr Fortschritt ist gespeichert. Versuchen Sie es erneut.',
    },
    'locked-out': {
      heading: 'Zu viele Versuche',
      text: 'Zu Ihrem Schutz sind Gesichtsprüfungen vorübergehend gesperrt.',
    },
    'phone-needed': {
      heading: 'Sie benötigen ein Smartphone',
      text: 'Diese Prüfung verwendet die Kamera eines Smartphones. Starten Sie sie erneut auf Ihrem Smartphone.',
    },
    'opened-elsewhere': {
      heading: 'Dieser Link wird bereits verwendet',
      text: 'Er funktioniert einmal und ist bereits geöffnet, hier oder in einem anderen Browser. Fahren Sie dort fort oder fordern Sie einen neuen Link an.',
    },
    'link-missing': {
      heading: 'Dieser Link ist unvollständig',
      text: 'Öffnen Sie den vollständigen Link so, wie Sie ihn erhalten haben. Oder gehen Sie dorthin zurück, woher Sie gekommen sind, und starten Sie erneut.',
    },
    'link-over': {
      heading: 'Dieser Link ist abgelaufen',
      text: 'Er wurde bereits verwendet oder ist nicht mehr gültig. Gehen Sie dorthin zurück, woher Sie gekommen sind, und starten Sie erneut.',
    },
    overloaded: {
      heading: 'Der Dienst ist gerade ausgelastet',
      text: 'Ihr Fortschritt ist gespeichert. Versuchen Sie es in Kürze erneut.',
    },
    unavailable: {
      heading: 'Vorübergehend nicht verfügbar',
      text: 'Ein Dienst, den diese Prüfung benötigt, antwortet nicht. Ihr Fortschritt ist gespeichert. Versuchen Sie es in Kürze erneut.',
    },
    'challenge-over': {
      heading: 'Das hat zu lange gedauert',
      text: 'Führen Sie die Bewegungen innerhalb der angezeigten Zeit aus. Bitte starten Sie erneut.',
    },
    'passkey-unsupported': {
      heading: 'Keine Passkeys in diesem Browser',
      text: 'Diese Prüfung benötigt einen Passkey. Dieser Browser oder dieses Gerät unterstützt keine Passkeys. Verwenden Sie einen aktuellen Browser oder das Gerät, mit dem Sie sich registriert haben.',
    },
    'passkey-cancelled': {
      heading: 'Der Passkey wurde nicht verwendet',
      text: 'Die Abfrage Ihres Geräts wurde geschlossen oder ist abgelaufen. Sie können es erneut versuchen.',
    },
    'passkey-no-prf': {
      heading: 'Dieser Passkey kann nicht verwendet werden',
      text: 'Er kann Ihren Token nicht schützen. Speichern Sie den Passkey an einem anderen Ort, zum Beispiel auf Ihrem Smartphone oder einem neueren Sicherheitsschlüssel.',
    },
    'passkey-not-known': {
      heading: 'Kein passender Passkey',
      text: 'Auf diesem Gerät ist der Passkey nicht vorhanden, mit dem Sie sich registriert haben. Verwenden Sie das Gerät, auf dem er gespeichert ist. Wenn er verloren ist, müssen Sie sich erneut registrieren.',
    },
    'code-wrong': {
      heading: 'Dieser Code hat nicht funktioniert',
      text: 'Er ist falsch, bereits verwendet oder abgelaufen.',
    },
    'not-sent': {
      heading: 'Der Code konnte nicht gesendet werden',
      text: 'Ihr Profil enthält keine Adresse dafür, oder die Nachricht wurde nicht zugestellt. Wählen Sie eine andere Methode.',
    },
    general: {
      heading: 'Etwas ist schiefgegangen',
      text: 'Es liegt nicht an Ihnen. Bitte versuchen Sie es erneut.',
    },
  },
  manage: {
    heading: 'Ihre Gesichtsprüfung',
    none: 'Es sind keine Daten über Sie gespeichert.',
    text: 'Diese Angaben sind in Ihrem Benutzerprofil gespeichert. Der Token selbst ist versiegelt und wird nie angezeigt.',
    tokenId: 'Token-ID',
    enrolledAt: 'Erstellt',
    purpose: 'Zweck',
    expiresAt: 'Läuft ab',
    untilRevoked: 'wenn Sie ihn löschen',
    enrol: 'Jetzt einrichten',
    renew: 'Neu einrichten',
    revoke: 'Löschen',
    confirmHeading: 'Ihre Gesichtsprüfung löschen?',
    confirmText:
      'Der Token wird aus Ihrem Benutzerprofil gelöscht und ist danach ungültig. Für eine weitere Gesichtsprüfung müssen Sie sich erneut registrieren.',
    confirm: 'Ja, löschen',
    keep: 'Behalten',
    revoked: 'Gelöscht.',
    close: 'Diese Seite schließen',
    closed: {
      heading: 'Diese Seite ist geschlossen',
      text: 'Die nächste Person an diesem Gerät kann sie nicht sehen.',
    },
  },
  notices: {
    heading: 'Benachrichtigen, wenn',
    headingByEmail: 'Per E-Mail benachrichtigen, wenn',
    kinds: {
      enrolled: 'eine Gesichtsprüfung eingerichtet wird',
      new_place: 'sie auf einem neuen Gerät oder in einem neuen Netzwerk verwendet wird',
      refused: 'eine Gesichtsprüfung abgelehnt wird',
      locked: 'sie nach mehreren Versuchen gesperrt wird',
      ended: 'sie beendet wird',
    },
    how: 'Methode',
    byEmail: 'auch per E-Mail',
    emailStill:
      'E-Mails enthalten die Schaltfläche „Das war ich nicht“. Wenn kein Gerät erreichbar ist, senden wir trotzdem eine E-Mail.',
    here: 'Auch auf diesem Gerät benachrichtigen',
    notHere: 'Nicht auf diesem Gerät',
    otherDevices: 'Weitere Geräte mit Benachrichtigungen:',
    nowhere: 'Auf keinem Gerät',
    refused:
      'Gespeichert. Dieser Browser blockiert aber Benachrichtigungen dieser Seite: Prüfen Sie seine Einstellungen und versuchen Sie es erneut.',
    keep: 'Speichern',
    kept: 'Gespeichert.',
  },
  notMe: {
    heading: 'Waren Sie das nicht?',
    text: 'Wenn die Benachrichtigung etwas nennt, das Sie nicht getan haben, beenden Sie Ihre Gesichtsprüfung jetzt. Die zugehörigen Daten werden gelöscht, offene Prüfungen werden beendet und Ihre Administratoren werden informiert.',
    confirm: 'Ich war es nicht: beenden',
    done: 'Ihre Gesichtsprüfung wurde beendet',
    doneText:
      'Ihre Administratoren wurden informiert. Wenn jemand Ihr Passwort kennen könnte, ändern Sie es jetzt. Sie können die Gesichtsprüfung später neu einrichten.',
  },
  reference: {
    heading: 'Ein Foto Ihres Ausweises',
    text: 'Ihr Gesicht wird mit dem Bild auf Ihrem Ausweis verglichen. Das Foto muss scharf und ohne Spiegelungen sein. Es wird nach dem Vergleich gelöscht.',
    choose: 'Foto auswählen',
    take: 'Foto aufnehmen',
    cameraHeading: 'Zeigen Sie Ihren Ausweis',
    cameraText: 'Das Bild darauf sollte den größten Teil des Rahmens ausfüllen.',
    shutter: 'Foto aufnehmen',
    preview: 'Das ausgewählte Foto',
    use: 'Dieses Foto verwenden',
    another: 'Anderes Foto aufnehmen',
  },
  pin: {
    chooseHeading: 'PIN festlegen',
    enterHeading: 'PIN eingeben',
    chooseText:
      'Der Token lässt sich nur mit Ihrem Gesicht und dieser PIN öffnen. Wenn Sie die PIN vergessen, müssen Sie sich erneut registrieren.',
    enterText: 'Die PIN, die Sie bei der Registrierung festgelegt haben.',
    label: 'PIN',
    repeat: 'PIN wiederholen',
    rule: '6 bis 12 Ziffern',
    tooShort: 'Die PIN muss 6 bis 12 Ziffern haben.',
    weak: 'Diese PIN ist zu leicht zu erraten. Wählen Sie eine andere.',
    different: 'Die PINs stimmen nicht überein.',
  },
  passkey: {
    createHeading: 'Mit diesem Gerät schützen',
    getHeading: 'Passkey verwenden',
    createText: 'Ihr Gerät erstellt einen Passkey. Danach benötigt die Prüfung Ihr Gesicht und diesen Passkey.',
    getText: 'Ihr Gerät fragt nach dem Passkey, mit dem Sie sich registriert haben.',
    action: 'Weiter mit dem Passkey',
  },
  ways: {
    heading: 'Andere Methode',
    text: 'Wählen Sie, wie Sie bestätigen möchten, dass Sie es sind. Es wird kein Bild aufgenommen.',
    helpText: 'Sie können dem Helpdesk mitteilen, worin das Problem besteht.',
    cannotText: 'Das sind Ihre Möglichkeiten.',
    names: {
      email: 'Code per E-Mail',
      sms: 'Code per SMS',
      recovery_code: 'Wiederherstellungscode',
      bypass_code: 'Code vom Helpdesk',
    },
    texts: {
      email:
        'Ein sechsstelliger Code wurde an die E-Mail-Adresse in Ihrem Profil gesendet. Er ist zehn Minuten gültig.',
      sms: 'Ein sechsstelliger Code wurde an die Telefonnummer in Ihrem Profil gesendet. Er ist zehn Minuten gültig.',
      recovery_code:
        'Einer der Codes, die Sie beim Einrichten der Gesichtsprüfung erhalten haben. Jeder funktioniert einmal.',
      bypass_code: 'Der Code, den Sie vom Helpdesk erhalten haben. Er funktioniert einmal und nur wenige Minuten lang.',
    },
    label: 'Ihr Code',
    wrong: 'Dieser Code ist falsch, bereits verwendet oder abgelaufen.',
    back: 'Zurück zur Kamera',
    stop: 'Prüfung beenden',
    passed: {
      heading: 'Fertig',
      text: 'Es wurde kein Bild aufgenommen. Die Anwendung erfährt, dass Sie statt Ihres Gesichts einen Code verwendet haben.',
    },
  },
  recovery: {
    heading: 'Wenn Sie Ihr Gesicht nicht verwenden können',
    text: 'Sie können zehn Wiederherstellungscodes erhalten. Jeder ersetzt eine Gesichtsprüfung, sofern das erlaubt ist. Neue Codes ersetzen alle früheren. Sie können sie auch später auf Ihrer eigenen Seite erstellen.',
    show: 'Meine Codes anzeigen',
    later: 'Jetzt nicht',
    keep: 'Schreiben Sie diese Codes auf oder drucken Sie sie aus, und bewahren Sie sie sicher auf. Sie werden nicht noch einmal angezeigt.',
    done: 'Ich habe sie gespeichert',
  },
  help: {
    ask: 'Helpdesk kontaktieren',
    text: 'Der Helpdesk sieht, wer Sie sind und was Sie hier schreiben. Geben Sie keine Passwörter an.',
    reason: 'Worin besteht das Problem?',
    reasons: {
      no_camera: 'Ich habe keine funktionierende Kamera',
      not_recognised: 'Ich werde nicht erkannt',
      cannot_move: 'Ich kann die Bewegungen nicht ausführen',
      not_wanted: 'Ich möchte keine Gesichtsprüfung',
      other: 'Etwas anderes',
    },
    note: 'Details (höchstens 200 Zeichen)',
    send: 'Senden',
    asked: 'Ihre Anfrage ist beim Helpdesk',
    askedText:
      'Der Helpdesk meldet sich bei Ihnen. Sie können diese Seite schließen oder mit einer anderen Methode fortfahren.',
  },
  call: {
    heading: 'Welche Zahl haben Sie gehört?',
    text: 'Sie telefonieren mit dem Helpdesk. Wählen Sie die Zahl, die Ihnen vorgelesen wird. Danach wird Ihr Gesicht geprüft.',
    warning:
      'Wenn Ihnen gerade niemand eine Zahl vorliest, wählen Sie „Keine davon“: Möglicherweise möchte jemand anderes Ihr Gesicht verwenden.',
  },
  kiosk: {
    heading: 'Willkommen',
    text: 'Die Prüfung startet hier, wenn Sie aufgerufen werden.',
    scan: 'Meinen Code scannen',
    scanHeading: 'Zeigen Sie Ihren Code',
    scanText: 'Halten Sie Ihren QR-Code vor die Kamera.',
    fullScreen: 'Vollbild',
    resets: (seconds) =>
      `Dieser Bildschirm wird in ${seconds === 1 ? 'einer Sekunde' : `${seconds} Sekunden`} geleert.`,
    now: 'Jetzt leeren',
  },
};
