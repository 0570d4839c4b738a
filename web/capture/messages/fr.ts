import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'votre organisation';

const keptFor = (days: number | null): string =>
  days === null
    ? 'Il est conservé jusqu’à ce qu’il soit supprimé.'
    : `Il est conservé ${days} jours, puis il ne fonctionne plus.`;

export const fr: Words = {
  title: 'Vérification du visage',
  language: 'Langue',
  helpLink: 'Aide',
  agree: 'J’accepte, continuer',
  refuse: 'Je ne veux pas',
  cannot: 'Je ne peux pas le faire',
  cannotText:
    'Cela met fin à la vérification et l’application en est informée. Vous pourrez ensuite utiliser un autre moyen, s’il y en a un.',
  agreed: { on: (day) => `Vous l’avez accepté le ${day}.`, read: 'Lire le texte complet' },
  next: 'Continuer',
  back: 'Retour',
  tryAgain: 'Réessayer',
  goOn: 'Continuer',
  leave: 'Quitter cette page',
  otherWay: 'Utiliser un autre moyen',
  mayClose: 'Vous pouvez fermer cette page.',
  opening: 'Un instant',
  arrived: {
    heading: 'Votre lien pour la vérification du visage',
    text: 'Il s’ouvre une seule fois, sur cet appareil. Continuez dès que vous voulez commencer.',
  },
  consent: {
    verify: {
      heading: 'Confirmez que c’est bien vous',
      intro: (organisation) => `Avant de continuer, ${by(organisation)} demande à voir votre visage.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'Ce qui se passe',
          text: 'Votre caméra prend quelques images pendant que vous tournez la tête. Elles sont comparées à votre enregistrement, puis supprimées aussitôt.',
        },
        {
          heading: 'Ce qui est conservé',
          text: `Un jeton scellé, fait à partir de votre visage lors de votre enregistrement, dans votre profil d’utilisateur (${by(organisation)}). Il sert uniquement à confirmer que c’est bien vous. ${keptFor(retentionDays)} L’heure et le résultat de cette vérification sont notés, sans images.`,
        },
        {
          heading: 'Si vous ne voulez pas',
          text: `Choisissez « Je ne veux pas ». Aucune image n’est prise. Un autre moyen vous est montré si ${by(organisation)} en propose un.`,
        },
        {
          heading: 'Si vous changez d’avis',
          text: `Vous pouvez faire supprimer le jeton à tout moment : sur votre propre page de vérification du visage, ou en vous adressant à ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Préparez votre vérification du visage',
      intro: (organisation) =>
        `Avec votre accord, ${by(organisation)} peut confirmer par votre visage que c’est bien vous.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'Ce qui se passe',
          text: referencePhotoNeeded
            ? 'Votre caméra prend quelques images pendant que vous tournez la tête. Elles sont comparées à une photo de votre pièce d’identité. Un jeton scellé en est fait, puis toutes les images sont supprimées aussitôt.'
            : 'Votre caméra prend quelques images pendant que vous tournez la tête. Un jeton scellé en est fait, puis les images sont supprimées aussitôt.',
        },
        {
          heading: 'Ce qui est conservé',
          text: `Le jeton scellé, fait à partir de votre visage, dans votre profil d’utilisateur (${by(organisation)}). Il sert uniquement à confirmer plus tard que c’est bien vous. ${keptFor(retentionDays)} L’heure de votre accord est notée aussi.`,
        },
        {
          heading: 'Si vous ne voulez pas',
          text: `Choisissez « Je ne veux pas ». Aucune image n’est prise et aucun jeton n’est fait. Un autre moyen vous est montré si ${by(organisation)} en propose un.`,
        },
        {
          heading: 'Si vous changez d’avis',
          text: `Vous pouvez faire supprimer le jeton à tout moment : sur votre propre page de vérification du visage, ou en vous adressant à ${by(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: 'Approuvez-vous ceci ?',
    intro: (application) =>
      `${application ?? 'Une application'} vous demande d’approuver exactement ce qui figure ici. Vous l’approuvez avec votre visage.`,
    amount: 'Montant',
    payee: 'Bénéficiaire',
    document: 'Document à signer',
    digest: 'Son empreinte SHA-256',
    mixedScripts:
      'Un mot ici mélange des lettres d’alphabets différents. Il peut seulement ressembler au nom que vous attendez.',
    warning: 'Si vous n’avez pas lancé ceci vous-même, ou si un mot est faux, choisissez « Je n’approuve pas ».',
    approve: 'Approuver avec mon visage',
    refuse: 'Je n’approuve pas',
  },
  place: {
    heading: 'Quelle caméra ?',
    text: 'Il vous faut une caméra qui vous voit de face, et un peu de lumière sur le visage.',
    here: 'Utiliser cet ordinateur',
    phone: 'Utiliser mon téléphone',
  },
  handOff: {
    heading: 'Continuez sur votre téléphone',
    text: 'Scannez ce code avec l’appareil photo de votre téléphone et ouvrez le lien.',
    qr: 'Code QR avec le lien pour votre téléphone',
    code: 'Votre téléphone demandera quel nombre est affiché ici :',
    waiting: 'En attente de votre téléphone…',
    opened: 'Choisissez ce nombre sur votre téléphone',
    openedText: 'Votre téléphone affiche trois nombres. Choisissez celui-ci.',
    paired: 'Votre téléphone est connecté',
    pairedText: 'Continuez dessus. Cette page avance toute seule.',
    refused: 'La vérification a été arrêtée sur le téléphone',
    refusedText:
      'Un autre nombre y a été choisi, ou aucun. Pour votre protection, cette vérification est terminée. Si c’était une erreur, recommencez.',
    anew: 'Afficher un nouveau code',
    here: 'Utiliser plutôt cet ordinateur',
  },
  pairing: {
    heading: 'Quel nombre votre ordinateur affiche-t-il ?',
    text: 'Un ordinateur demande l’appareil photo de ce téléphone pour vérifier votre visage. Choisissez le nombre que vous voyez vous-même sur son écran. Personne ne doit vous le dire.',
    organisation: 'Organisme',
    application: 'Application',
    computer: 'Ordinateur',
    network: 'Son réseau',
    unknown: 'inconnu',
    warning:
      'Si vous n’avez pas commencé cela vous-même sur cet ordinateur à l’instant, choisissez « Aucun de ceux-ci ».',
    none: 'Aucun de ceux-ci',
    refused: 'Arrêté',
    refusedText:
      'Aucune photo n’a été prise. Si vous n’avez pas commencé cette vérification vous-même, quelqu’un connaît peut-être votre mot de passe : changez-le et prévenez le service qui gère votre compte.',
  },
  permission: {
    heading: 'Activez la caméra',
    text: 'Votre navigateur va demander si cette page peut utiliser la caméra. Choisissez « Autoriser ». Rien n’est envoyé avant que vous ne commenciez.',
    action: 'Activer la caméra',
  },
  framing: {
    heading: 'Placez votre visage dans l’ovale',
    text: 'Retirez vos lunettes de soleil et ce qui cache votre visage. Appuyez ensuite sur « Commencer » et suivez les flèches avec la tête.',
    camera: 'Caméra',
    unnamedCamera: (number) => `Caméra ${number}`,
    start: 'Commencer',
    ready: 'Bien. Vous pouvez commencer.',
    loading: 'Préparation…',
    noGuide: 'L’aide au cadrage n’est pas disponible dans ce navigateur. La vérification fonctionne sans elle.',
    virtual: (camera) =>
      `« ${camera} » semble être une caméra virtuelle. Ses images ne suffisent généralement pas. Choisissez une vraie caméra.`,
    unsuitable: (camera) =>
      `« ${camera} » n’est peut-être pas la caméra qui vous voit de face. Choisissez-en une autre si possible.`,
    flashes:
      'L’écran va changer de couleur plusieurs fois, jusqu’à 2,5 fois par seconde. Si cela peut vous nuire, continuez sans. Sinon, augmentez sa luminosité.',
    withoutFlashes: 'Sans couleurs clignotantes',
    outshone:
      'Il y a trop de lumière autour de vous pour celle de l’écran. Détournez-vous de la fenêtre ou de la lampe et augmentez la luminosité de l’écran.',
  },
  hints: {
    no_face: 'Aucun visage n’est visible. Placez tout votre visage dans l’ovale.',
    one_face: 'Plusieurs visages sont visibles. Seul le vôtre doit l’être.',
    come_closer: 'Approchez-vous un peu.',
    move_back: 'Reculez un peu.',
    centre: 'Placez votre visage au milieu.',
    more_light: 'Plus de lumière sur votre visage, s’il vous plaît.',
    less_light: 'Il y a trop de lumière. Tournez-vous pour l’éviter.',
    too_bright:
      'La lumière de l’écran ne se voit pas sur votre visage. Détournez-vous de la fenêtre ou de la lampe, augmentez la luminosité de l’écran et rapprochez-vous.',
    glare: 'Il y a un reflet. Inclinez vos lunettes ou déplacez la lampe.',
    hold_still: 'Ne bougez plus un instant.',
    follow: 'Suivez chaque mouvement quand il est montré, et gardez la position un instant.',
    reference_none:
      'Il n’y a aucun visage sur cette photo. Prenez-en une qui montre l’image de votre pièce d’identité.',
    reference_many:
      'Il y a plusieurs visages sur cette photo. Prenez-en une qui ne montre que l’image de votre pièce d’identité.',
    reference_small: 'L’image de votre pièce d’identité est trop petite ici. Prenez la photo de plus près.',
    reference_unreadable: 'Cette photo n’est pas lisible. Prenez une image JPEG, PNG ou WebP nette, sans reflet.',
    reference_unlike:
      'L’image de votre pièce d’identité n’a pas pu être rapprochée de votre visage. Prenez une autre photo de votre propre pièce, nette et sans reflet.',
  },
  challenge: {
    heading: 'Suivez avec la tête',
    movements: {
      centre: 'Regardez droit vers la caméra',
      left: 'Tournez la tête à votre gauche',
      right: 'Tournez la tête à votre droite',
      up: 'Levez le menton',
      down: 'Baissez le menton',
    },
    progress: (step, of) => `${step} sur ${of}`,
    hold: 'Gardez la position',
  },
  flashes: {
    heading: 'Cette vérification a besoin de couleurs clignotantes',
    text: (organisation) =>
      `Pour cette vérification, ${by(organisation)} demande les couleurs de l’écran : elles montrent qu’il n’y a pas d’enregistrement devant la caméra. Si des couleurs qui clignotent peuvent vous nuire, ne continuez pas ici.`,
    stop: 'Arrêter la vérification',
  },
  sending: { heading: 'Vérification en cours', text: 'Cela prend un instant. Gardez cette page ouverte.' },
  passed: {
    verify: 'C’est bien vous',
    enrol: 'Tout est prêt',
    text: 'Les images ont été supprimées.',
    onPhone: 'Revenez à votre ordinateur : la suite est là-bas.',
    returning: 'Vous allez continuer.',
  },
  failed: {
    heading: 'Cela n’a pas fonctionné',
    text: 'Votre visage n’a pas pu être confirmé. Les images ont été supprimées.',
  },
  again: {
    heading: 'Encore une fois, s’il vous plaît',
    text: 'Les images ne suffisaient pas pour décider. Elles ont été supprimées.',
    triesLeft: (tries) => (tries === 1 ? 'Il vous reste un essai.' : `Il vous reste ${tries} essais.`),
    withoutLight:
      'La lumière de l’écran ne se voyait pas sur votre visage. L’essai suivant s’en passe : les mouvements suffisent.',
  },
  expired: {
    heading: 'Le temps est écoulé',
    text: 'Cette vérification est restée ouverte trop longtemps. Retournez d’où vous venez et recommencez.',
  },
  abandoned: {
    heading: 'Vous avez arrêté la vérification',
    text: 'La vérification est terminée et aucune image n’a été conservée.',
  },
  lockedFor: (minutes) =>
    minutes === 1 ? 'Attendez une minute, puis réessayez.' : `Attendez ${minutes} minutes, puis réessayez.`,
  problems: {
    'camera-denied': {
      heading: 'La caméra est bloquée',
      text: 'Cette page n’a pas le droit d’utiliser la caméra. Pour l’autoriser de nouveau :',
      steps: [
        'Touchez ou cliquez sur le signe à côté de l’adresse de cette page.',
        'Réglez « Caméra » sur « Autoriser ».',
        'Si elle est toujours bloquée, regardez dans les réglages de votre appareil si le navigateur peut utiliser la caméra.',
        'Appuyez ensuite sur « Réessayer ».',
      ],
    },
    'camera-none': {
      heading: 'Aucune caméra trouvée',
      text: 'Branchez une caméra et réessayez, ou utilisez un appareil qui en a une.',
    },
    'camera-busy': {
      heading: 'La caméra ne répond pas',
      text: 'Un autre programme l’utilise peut-être. Fermez les appels vidéo et les autres pages avec caméra, puis réessayez.',
    },
    'camera-stopped': {
      heading: 'La caméra s’est arrêtée',
      text: 'Cela arrive quand la page est quittée, que l’appareil se verrouille ou qu’une autre application prend la caméra. Rien n’a été envoyé. Recommencez quand vous êtes prêt.',
    },
    insecure: {
      heading: 'Cette adresse n’est pas sûre',
      text: 'Les navigateurs n’autorisent la caméra que sur des adresses qui commencent par https. Ouvrez à nouveau le lien tel que vous l’avez reçu.',
    },
    unsupported: {
      heading: 'Ce navigateur ne le peut pas',
      text: 'Ouvrez le lien dans une version actuelle de Chrome, Edge, Firefox ou Safari. Si vous venez d’une autre application, ouvrez-le dans votre navigateur.',
    },
    offline: {
      heading: 'Pas de connexion',
      text: 'Le réseau est coupé. Cette page continue toute seule dès qu’il revient.',
    },
    'time-out': {
      heading: 'Cela a pris trop de temps',
      text: 'Le serveur n’a pas répondu à temps. Vous n’avez rien perdu. Réessayez.',
    },
    'locked-out': {
      heading: 'Trop d’essais',
      text: 'Pour vous protéger, il y a maintenant une pause.',
    },
    'phone-needed': {
      heading: 'Il faut un téléphone',
      text: 'Cette vérification prend des photos avec l’appareil d’un téléphone. Recommencez sur votre téléphone.',
    },
    'opened-elsewhere': {
      heading: 'Ce lien est déjà utilisé',
      text: 'Il ne sert qu’une fois et il a déjà été ouvert, ici ou dans un autre navigateur. Continuez là-bas, ou demandez un nouveau lien.',
    },
    'link-missing': {
      heading: 'Il manque quelque chose dans le lien',
      text: 'Ouvrez à nouveau le lien tel que vous l’avez reçu, en entier. Ou retournez d’où vous venez et recommencez.',
    },
    'link-over': {
      heading: 'Ce lien n’est plus valable',
      text: 'Il a été utilisé ou son temps est écoulé. Retournez d’où vous venez et recommencez.',
    },
    overloaded: {
      heading: 'Beaucoup de personnes attendent',
      text: 'Le serveur est occupé. Vous n’avez rien perdu. Réessayez dans un instant.',
    },
    unavailable: {
      heading: 'Impossible pour le moment',
      text: 'Un service nécessaire à cette vérification ne répond pas. Vous n’avez rien perdu. Réessayez dans un instant.',
    },
    'challenge-over': {
      heading: 'Cela a pris trop de temps',
      text: 'Les mouvements se font en peu de temps. Recommencez-les, s’il vous plaît.',
    },
    'passkey-unsupported': {
      heading: 'Pas de clés d’accès dans ce navigateur',
      text: 'Cette vérification demande une clé d’accès, que ce navigateur ou cet appareil ne propose pas. Utilisez un navigateur actuel, ou l’appareil avec lequel vous vous êtes enregistré.',
    },
    'passkey-cancelled': {
      heading: 'La clé d’accès n’a pas été utilisée',
      text: 'La question de votre appareil a été fermée ou a expiré. Vous pouvez réessayer.',
    },
    'passkey-no-prf': {
      heading: 'Cette clé d’accès ne convient pas',
      text: 'Elle ne peut pas protéger votre jeton. Choisissez un autre endroit pour la clé d’accès : par exemple votre téléphone, ou une clé de sécurité plus récente.',
    },
    'passkey-not-known': {
      heading: 'Aucune clé d’accès pour cela',
      text: 'Cet appareil n’a pas la clé d’accès avec laquelle vous vous êtes enregistré. Utilisez l’appareil qui la possède. S’il est perdu, vous devez vous enregistrer de nouveau.',
    },
    'code-wrong': {
      heading: 'Ce code ne convient pas',
      text: 'Il est faux, déjà utilisé ou périmé.',
    },
    'not-sent': {
      heading: 'Le code n’a pas pu être envoyé',
      text: 'Votre profil n’a pas d’adresse pour cela, ou le message n’est pas passé. Choisissez un autre moyen.',
    },
    general: {
      heading: 'Quelque chose n’a pas marché',
      text: 'Ce n’est pas de votre faute. Réessayez, s’il vous plaît.',
    },
  },
  manage: {
    heading: 'Votre vérification du visage',
    none: 'Rien n’est conservé sur vous.',
    text: 'Voici ce qui est conservé sur vous, dans votre profil d’utilisateur. Le jeton lui-même est scellé et n’est pas montré.',
    tokenId: 'Numéro du jeton',
    enrolledAt: 'Fait le',
    purpose: 'But',
    expiresAt: 'Valable jusqu’au',
    untilRevoked: 'jusqu’à sa suppression',
    enrol: 'La préparer maintenant',
    renew: 'Le refaire',
    revoke: 'Le supprimer',
    confirmHeading: 'Supprimer votre vérification du visage ?',
    confirmText:
      'Le jeton est supprimé de votre profil d’utilisateur et ne fonctionne plus. Pour une autre vérification du visage, il faudrait vous enregistrer de nouveau.',
    confirm: 'Oui, le supprimer',
    keep: 'Le garder',
    revoked: 'Il a été supprimé.',
    close: 'Fermer cette page',
    closed: { heading: 'La page est fermée', text: 'La prochaine personne qui utilise cet appareil ne la verra pas.' },
  },
  notices: {
    heading: 'Me prévenir quand',
    headingByEmail: 'Me prévenir par e-mail quand',
    kinds: {
      enrolled: 'une vérification du visage est préparée',
      new_place: 'elle sert sur un nouvel appareil ou depuis un nouveau réseau',
      refused: 'une vérification du visage est refusée',
      locked: 'elle est suspendue après plusieurs essais',
      ended: 'elle prend fin',
    },
    how: 'De quelle façon',
    byEmail: 'aussi par e-mail',
    emailStill:
      'L’e-mail contient aussi le bouton « Ce n’était pas moi ». Si aucun appareil ne peut être joint, un e-mail part quand même.',
    here: 'Me prévenir aussi sur cet appareil',
    notHere: 'Plus sur cet appareil',
    otherDevices: 'Autres appareils prévenus :',
    nowhere: 'Plus sur aucun appareil',
    refused: 'Enregistré. Mais ce navigateur ne montre pas les avis de cette page : voyez ses réglages et réessayez.',
    keep: 'Enregistrer le choix',
    kept: 'Enregistré.',
  },
  notMe: {
    heading: 'Ce n’était pas vous ?',
    text: 'Si vous n’avez pas fait ce dont parle l’avis, mettez fin à votre contrôle facial maintenant. Ce qui est conservé pour lui est effacé, les contrôles en attente prennent fin et ceux qui peuvent aider sont prévenus.',
    confirm: 'Ce n’était pas moi : y mettre fin',
    done: 'Votre contrôle facial a pris fin',
    doneText:
      'Ceux qui s’occupent de votre compte le savent. Si quelqu’un peut connaître votre mot de passe, changez-le maintenant. Vous pourrez configurer à nouveau le contrôle facial plus tard.',
  },
  reference: {
    heading: 'Une photo de votre pièce d’identité',
    text: 'Votre visage est comparé à l’image de votre pièce d’identité. La photo doit la montrer nette et sans reflet. Elle est supprimée après la comparaison.',
    choose: 'Choisir une photo',
    take: 'Prendre une photo',
    cameraHeading: 'Présentez votre pièce d’identité',
    cameraText: 'Son image doit remplir la plus grande partie du cadre.',
    shutter: 'Prendre la photo',
    preview: 'La photo choisie',
    use: 'Utiliser cette photo',
    another: 'En prendre une autre',
  },
  pin: {
    chooseHeading: 'Choisissez un code PIN',
    enterHeading: 'Saisissez votre code PIN',
    chooseText:
      'Le jeton ne s’ouvre qu’avec votre visage et ce code PIN. Personne ne pourra vous le redire : si vous l’oubliez, il faudra vous enregistrer de nouveau.',
    enterText: 'Le code PIN que vous avez choisi lors de votre enregistrement.',
    label: 'Code PIN',
    repeat: 'Le même code PIN encore une fois',
    rule: '6 à 12 chiffres',
    tooShort: 'Le code PIN doit avoir 6 à 12 chiffres.',
    weak: 'Ce code PIN est trop facile à deviner. Choisissez-en un autre.',
    different: 'Les deux codes PIN ne sont pas identiques.',
  },
  passkey: {
    createHeading: 'Protégez-le avec cet appareil',
    getHeading: 'Utilisez votre clé d’accès',
    createText:
      'Votre appareil crée une clé d’accès. Dès lors, la vérification demande votre visage et cette clé d’accès.',
    getText: 'Votre appareil demande la clé d’accès avec laquelle vous vous êtes enregistré.',
    action: 'Continuer avec la clé d’accès',
  },
  ways: {
    heading: 'Un autre moyen',
    text: 'Choisissez comment montrer qui vous êtes. Aucune image n’est prise.',
    helpText: 'Vous pouvez dire à l’assistance ce qui vous en empêche.',
    cannotText: 'Ceci montre ce que vous pouvez faire à la place.',
    names: {
      email: 'Code par e-mail',
      sms: 'Code par SMS',
      recovery_code: 'Code de secours',
      bypass_code: 'Code de l’assistance',
    },
    texts: {
      email: 'Un code à six chiffres a été envoyé à l’adresse e-mail de votre profil. Il est valable dix minutes.',
      sms: 'Un code à six chiffres a été envoyé au numéro de téléphone de votre profil. Il est valable dix minutes.',
      recovery_code: 'L’un des codes reçus lors de la mise en place. Chacun sert une seule fois.',
      bypass_code: 'Le code que l’assistance vous a donné. Il sert une fois, pendant quelques minutes.',
    },
    label: 'Votre code',
    wrong: 'Ce code est faux, déjà utilisé ou périmé.',
    back: 'Retour à la caméra',
    stop: 'Terminer la vérification',
    passed: {
      heading: 'C’est fait',
      text: 'Aucune image n’a été prise. L’application sait qu’un code a remplacé votre visage.',
    },
  },
  recovery: {
    heading: 'Quand votre visage ne convient pas',
    text: 'Vous pouvez avoir dix codes de secours. Chacun remplace une vérification du visage, là où c’est permis. De nouveaux codes annulent les précédents.',
    show: 'Montrer mes codes',
    later: 'Pas maintenant',
    keep: 'Notez ou imprimez ces codes, et gardez-les là où vous seul les trouvez. Ils ne seront plus montrés.',
    done: 'Je les ai gardés',
  },
  help: {
    ask: 'Demander à l’assistance',
    text: 'Elle saura qui vous êtes et ce que vous écrivez ici. N’écrivez rien que personne ne doit savoir.',
    reason: 'Qu’est-ce qui vous en empêche ?',
    reasons: {
      no_camera: 'Je n’ai pas de caméra qui fonctionne',
      not_recognised: 'On ne me reconnaît pas',
      cannot_move: 'Je ne peux pas faire les mouvements',
      not_wanted: 'Je ne veux pas que mon visage soit vérifié',
      other: 'Autre chose',
    },
    note: 'En dire plus (200 caractères au plus)',
    send: 'Envoyer',
    asked: 'L’assistance est au courant',
    askedText: 'Elle prendra contact avec vous. Vous pouvez fermer cette page ou continuer par un autre moyen.',
  },
  call: {
    heading: 'Quel nombre vous a-t-on dit ?',
    text: 'Vous êtes au téléphone avec l’assistance. Choisissez le nombre qu’elle vous lit. Ensuite, votre visage est vérifié.',
    warning:
      'Si personne ne vous lit un nombre en ce moment, choisissez « Aucun de ceux-ci » : quelqu’un veut peut-être se servir de votre visage.',
  },
  kiosk: {
    heading: 'Bienvenue',
    text: 'La vérification commence ici toute seule quand on vous appelle.',
    noScanner: 'Ce navigateur ne peut pas lire de codes. Le personnel démarre la vérification.',
    scan: 'Scanner mon code',
    scanHeading: 'Montrez votre code',
    scanText: 'Tenez le code QR de votre lien devant la caméra.',
    fullScreen: 'Plein écran',
    resets: (seconds) => `Cet écran s’efface dans ${seconds === 1 ? 'une seconde' : `${seconds} secondes`}.`,
    now: 'L’effacer maintenant',
  },
};
