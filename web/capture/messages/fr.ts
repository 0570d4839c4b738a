import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'votre organisation';

const keptFor = (days: number | null): string =>
  days === null
    ? 'Il est conservé jusqu’à sa suppression.'
    : `Il est conservé ${days} jours, puis il n’est plus valable.`;

export const fr: Words = {
  title: 'Vérification du visage',
  language: 'Langue',
  helpLink: 'Aide',
  agree: 'Accepter et continuer',
  refuse: 'Non merci',
  cannot: 'Je ne peux pas le faire',
  cannotText:
    'Cela met fin à la vérification et en informe l’application. Vous pourrez ensuite utiliser une autre méthode, s’il y en a une.',
  agreed: { on: (day) => `Vous avez accepté ceci le ${day}.`, read: 'Lire le texte complet' },
  next: 'Continuer',
  back: 'Retour',
  tryAgain: 'Réessayer',
  goOn: 'Continuer',
  leave: 'Quitter cette page',
  otherWay: 'Utiliser une autre méthode',
  mayClose: 'Vous pouvez fermer cette page.',
  opening: 'Un instant',
  arrived: {
    heading: 'Votre lien pour la vérification du visage',
    text: 'Il s’ouvre une seule fois, sur cet appareil. Continuez lorsque vous êtes prêt.',
  },
  consent: {
    verify: {
      heading: 'Confirmez qu’il s’agit bien de vous',
      intro: (organisation) => `Avant de continuer, ${by(organisation)} demande à vérifier votre visage.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'Déroulement',
          text: 'Votre caméra prend quelques images pendant que vous tournez la tête. Elles sont comparées à votre enregistrement, puis supprimées immédiatement.',
        },
        {
          heading: 'Données conservées',
          text: `Un jeton scellé, créé à partir de votre visage lors de votre enregistrement, dans votre profil d’utilisateur (${by(organisation)}). Il sert uniquement à confirmer qu’il s’agit bien de vous. ${keptFor(retentionDays)} L’heure et le résultat de cette vérification sont consignés, sans images.`,
        },
        {
          heading: 'Si vous ne le souhaitez pas',
          text: `Choisissez « Non merci ». Aucune image n’est prise. Une autre méthode vous est proposée si ${by(organisation)} en prévoit une.`,
        },
        {
          heading: 'Si vous changez d’avis',
          text: `Vous pouvez faire supprimer le jeton à tout moment : sur votre page personnelle de vérification du visage, ou en le demandant à ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Configurez votre vérification du visage',
      intro: (organisation) =>
        `Avec votre consentement, ${by(organisation)} peut confirmer par votre visage qu’il s’agit bien de vous.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'Déroulement',
          text: referencePhotoNeeded
            ? 'Votre caméra prend quelques images pendant que vous tournez la tête. Elles sont comparées à une photo de votre pièce d’identité. Un jeton scellé est créé à partir de ces images, puis toutes les images sont supprimées immédiatement.'
            : 'Votre caméra prend quelques images pendant que vous tournez la tête. Un jeton scellé est créé à partir de ces images, puis elles sont supprimées immédiatement.',
        },
        {
          heading: 'Données conservées',
          text: `Le jeton scellé, créé à partir de votre visage, dans votre profil d’utilisateur (${by(organisation)}). Il sert uniquement à confirmer plus tard qu’il s’agit bien de vous. ${keptFor(retentionDays)} L’heure de votre consentement est également consignée.`,
        },
        {
          heading: 'Si vous ne le souhaitez pas',
          text: `Choisissez « Non merci ». Aucune image n’est prise et aucun jeton n’est créé. Une autre méthode vous est proposée si ${by(organisation)} en prévoit une.`,
        },
        {
          heading: 'Si vous changez d’avis',
          text: `Vous pouvez faire supprimer le jeton à tout moment : sur votre page personnelle de vérification du visage, ou en le demandant à ${by(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: 'Approuvez-vous ceci ?',
    intro: (application) =>
      `${application ?? 'Une application'} vous demande d’approuver exactement ceci. Vous l’approuvez avec votre visage.`,
    amount: 'Montant',
    payee: 'Bénéficiaire',
    document: 'Document',
    digest: 'Empreinte SHA-256 du document',
    mixedScripts:
      'Un mot mélange ici des lettres d’alphabets différents. Il est possible qu’il ressemble seulement au nom que vous attendez.',
    warning:
      'Si vous n’avez pas lancé cette demande vous-même, ou si un mot est incorrect, choisissez « Ne pas approuver ».',
    approve: 'Approuver avec mon visage',
    refuse: 'Ne pas approuver',
  },
  usePhone: 'Utiliser mon téléphone',
  handOff: {
    heading: 'Continuez sur votre téléphone',
    text: 'Scannez ce code avec l’appareil photo de votre téléphone et ouvrez le lien.',
    qr: 'Code QR avec le lien pour votre téléphone',
    code: 'Votre téléphone vous demandera ce nombre :',
    waiting: 'En attente de votre téléphone…',
    opened: 'Choisissez ce nombre sur votre téléphone',
    openedText: 'Votre téléphone affiche trois nombres. Choisissez celui-ci sur le téléphone.',
    paired: 'Votre téléphone est connecté',
    pairedText: 'Continuez sur le téléphone. Cette page se met à jour automatiquement.',
    refused: 'La vérification a été arrêtée sur le téléphone',
    refusedText:
      'Un autre nombre a été choisi, ou aucun. Pour votre protection, cette vérification est terminée. S’il s’agit d’une erreur, recommencez.',
    anew: 'Afficher un nouveau code',
    here: 'Utiliser plutôt cet ordinateur',
  },
  pairing: {
    heading: 'Quel nombre votre ordinateur affiche-t-il ?',
    text: 'Un ordinateur souhaite utiliser l’appareil photo de ce téléphone pour vérifier votre visage. Choisissez le nombre affiché sur son écran. Ne choisissez jamais un nombre que quelqu’un vous dicte.',
    organisation: 'Organisation',
    application: 'Application',
    computer: 'Ordinateur',
    network: 'Son réseau',
    unknown: 'inconnu',
    warning:
      'Si vous ne venez pas de lancer cette demande vous-même sur cet ordinateur, choisissez « Aucun de ceux-ci ».',
    none: 'Aucun de ceux-ci',
    refused: 'Vérification arrêtée',
    refusedText:
      'Aucune image n’a été prise. Si vous n’avez pas lancé cette vérification vous-même, quelqu’un connaît peut-être votre mot de passe : modifiez-le et prévenez votre service d’assistance.',
  },
  permission: {
    heading: 'Autoriser l’accès à la caméra',
    text: 'Votre navigateur va demander si cette page peut utiliser la caméra. Choisissez « Autoriser ». La vérification commence quand votre visage est dans l’ovale.',
    getReady: 'Préparez-vous',
    action: 'Autoriser l’accès à la caméra',
  },
  framing: {
    heading: 'Placez votre visage dans l’ovale',
    text: 'Retirez vos lunettes de soleil et tout ce qui couvre votre visage. La vérification commence d’elle-même.',
    camera: 'Caméra',
    unnamedCamera: (number) => `Caméra ${number}`,
    start: 'Commencer',
    ready: 'Ne bougez plus…',
    loading: 'Préparation…',
    noGuide:
      'L’aide au cadrage n’est pas disponible dans ce navigateur. Appuyez sur « Commencer » quand votre visage est dans l’ovale.',
    virtual: (camera) =>
      `« ${camera} » semble être une caméra virtuelle. Ses images sont généralement refusées. Choisissez une vraie caméra.`,
    unsuitable: (camera) =>
      `« ${camera} » n’est peut-être pas la caméra orientée vers vous. Choisissez-en une autre si possible.`,
    flashes:
      'Votre écran va clignoter en couleurs, jusqu’à 2,5 fois par seconde. Vous êtes sensible aux clignotements ? Continuez sans. Sinon, augmentez la luminosité.',
    withoutFlashes: 'Ignorer les couleurs clignotantes',
    outshone:
      'Il y a trop de lumière autour de vous. Détournez-vous de la fenêtre ou de la lampe et augmentez la luminosité de l’écran.',
  },
  hints: {
    no_face: 'Nous ne voyons pas votre visage. Placez tout votre visage dans l’ovale.',
    one_face: 'Nous voyons plusieurs visages. Vous seul devez apparaître à l’image.',
    come_closer: 'Approchez-vous un peu.',
    move_back: 'Reculez un peu.',
    centre: 'Placez votre visage au milieu.',
    more_light: 'Éclairez davantage votre visage.',
    less_light: 'Il y a trop de lumière. Détournez-vous de la source de lumière.',
    too_bright:
      'La lumière de l’écran ne se voit pas sur votre visage. Détournez-vous de la fenêtre ou de la lampe, augmentez la luminosité de l’écran et rapprochez-vous.',
    glare: 'Il y a un reflet. Inclinez vos lunettes ou déplacez la lampe.',
    hold_still: 'Ne bougez plus un instant.',
    follow: 'Faites chaque mouvement lorsqu’il est affiché, et gardez la position un instant.',
    reference_none:
      'Aucun visage n’a été trouvé sur cette photo. Prenez-en une qui montre le portrait de votre pièce d’identité.',
    reference_many:
      'Cette photo contient plusieurs visages. Prenez-en une qui ne montre que le portrait de votre pièce d’identité.',
    reference_small: 'Le portrait de votre pièce d’identité est trop petit. Prenez la photo de plus près.',
    reference_unreadable: 'Cette photo n’est pas lisible. Utilisez une image JPEG, PNG ou WebP nette et sans reflet.',
    reference_unlike:
      'Le portrait de votre pièce d’identité ne correspond pas à votre visage. Utilisez une autre photo de votre propre pièce d’identité, nette et sans reflet.',
  },
  challenge: {
    heading: 'Bougez la tête comme indiqué',
    movements: {
      centre: 'Regardez droit vers la caméra',
      left: 'Tournez la tête vers votre gauche',
      right: 'Tournez la tête vers votre droite',
      up: 'Levez le menton',
      down: 'Baissez le menton',
    },
    hold: 'Ne bougez plus',
  },
  flashes: {
    heading: 'Cette vérification utilise des couleurs clignotantes',
    text: (organisation) =>
      `Pour cette vérification, ${by(organisation)} exige des couleurs clignotantes. Elles prouvent qu’aucun enregistrement n’est placé devant la caméra. Si les couleurs clignotantes présentent un risque pour vous, ne continuez pas ici.`,
    stop: 'Arrêter la vérification',
  },
  sending: { heading: 'Vérification en cours', text: 'Cela prend un instant. Gardez cette page ouverte.' },
  passed: {
    verify: 'Votre identité est vérifiée',
    enrol: 'Configuration terminée',
    text: 'Les images ont été supprimées.',
    onPhone: 'Revenez à votre ordinateur pour continuer.',
    returning: (application) => (application === null ? 'Redirection…' : `Redirection vers ${application}…`),
  },
  failed: {
    heading: 'Nous n’avons pas pu confirmer qu’il s’agit bien de vous',
    text: 'Les images ont été supprimées.',
    next: 'Revenez en arrière et recommencez, ou demandez une autre méthode à votre service d’assistance.',
  },
  again: {
    heading: 'Réessayons',
    text: 'Les images n’étaient pas assez nettes. Elles ont été supprimées.',
    triesLeft: (tries) => (tries === 1 ? 'Il vous reste une tentative.' : `Il vous reste ${tries} tentatives.`),
    withoutLight:
      'La lumière de l’écran n’était pas visible sur votre visage. La prochaine tentative utilise uniquement des mouvements.',
  },
  expired: {
    heading: 'Cette vérification a expiré',
    text: 'Elle est restée ouverte trop longtemps. Revenez à la page d’où vous venez et recommencez.',
  },
  abandoned: {
    heading: 'Vous avez arrêté la vérification',
    text: 'Aucune image n’a été conservée.',
  },
  tryAgainAt: (time) => `Réessayez à ${time}.`,
  problems: {
    'camera-denied': {
      heading: 'La caméra est bloquée',
      text: 'Cette page ne peut pas utiliser la caméra. Pour l’autoriser :',
      steps: [
        'Touchez l’icône à côté de la barre d’adresse.',
        'Réglez « Caméra » sur « Autoriser ».',
        'Si la caméra est toujours bloquée, vérifiez dans les réglages de votre appareil que le navigateur peut l’utiliser.',
        'Appuyez ensuite sur « Réessayer ».',
      ],
    },
    'camera-none': {
      heading: 'Aucune caméra trouvée',
      text: 'Connectez une caméra et réessayez, ou utilisez un appareil qui en possède une.',
    },
    'camera-busy': {
      heading: 'La caméra ne répond pas',
      text: 'Un autre programme l’utilise peut-être. Fermez les appels vidéo et les autres pages qui utilisent la caméra, puis réessayez.',
    },
    'camera-stopped': {
      heading: 'La caméra s’est arrêtée',
      text: 'Cela se produit lorsque vous quittez la page, que l’appareil se verrouille ou qu’une autre application utilise la caméra. Rien n’a été envoyé. Recommencez lorsque vous êtes prêt.',
    },
    insecure: {
      heading: 'Cette adresse n’est pas sécurisée',
      text: 'Les navigateurs n’autorisent la caméra que sur les adresses qui commencent par https. Ouvrez à nouveau le lien tel que vous l’avez reçu.',
    },
    unsupported: {
      heading: 'Ce navigateur n’est pas pris en charge',
      text: 'Ouvrez le lien dans une version récente de Chrome, Edge, Firefox ou Safari. Si vous venez d’une autre application, ouvrez-le dans votre navigateur.',
    },
    offline: {
      heading: 'Pas de connexion',
      text: 'Vous êtes hors ligne. Cette page reprend dès que la connexion est rétablie.',
    },
    'time-out': {
      heading: 'Cela a pris trop de temps',
      text: 'Le serveur n’a pas répondu à temps. Votre progression est enregistrée. Réessayez.',
    },
    'locked-out': {
      heading: 'Trop de tentatives',
      text: 'Pour votre protection, les vérifications du visage sont suspendues.',
    },
    'phone-needed': {
      heading: 'Un téléphone est nécessaire',
      text: 'Cette vérification utilise l’appareil photo d’un téléphone. Recommencez sur votre téléphone.',
    },
    'opened-elsewhere': {
      heading: 'Ce lien est en cours d’utilisation',
      text: 'Il ne fonctionne qu’une fois et il est déjà ouvert, ici ou dans un autre navigateur. Continuez là où il est ouvert, ou demandez un nouveau lien.',
    },
    'link-missing': {
      heading: 'Ce lien est incomplet',
      text: 'Ouvrez le lien complet tel que vous l’avez reçu. Ou revenez à la page d’où vous venez et recommencez.',
    },
    'link-over': {
      heading: 'Ce lien a expiré',
      text: 'Il a été utilisé ou n’est plus valable. Revenez à la page d’où vous venez et recommencez.',
    },
    overloaded: {
      heading: 'Le service est très sollicité',
      text: 'Votre progression est enregistrée. Réessayez dans un instant.',
    },
    unavailable: {
      heading: 'Temporairement indisponible',
      text: 'Un service nécessaire à cette vérification ne répond pas. Votre progression est enregistrée. Réessayez dans un instant.',
    },
    'challenge-over': {
      heading: 'Cela a pris trop de temps',
      text: 'Faites les mouvements dans le temps indiqué. Veuillez recommencer.',
    },
    'passkey-unsupported': {
      heading: 'Ce navigateur ne prend pas en charge les clés d’accès',
      text: 'Cette vérification nécessite une clé d’accès, que ce navigateur ou cet appareil ne prend pas en charge. Utilisez un navigateur récent, ou l’appareil avec lequel vous vous êtes enregistré.',
    },
    'passkey-cancelled': {
      heading: 'La clé d’accès n’a pas été utilisée',
      text: 'L’invite de votre appareil a été fermée ou a expiré. Vous pouvez réessayer.',
    },
    'passkey-no-prf': {
      heading: 'Cette clé d’accès ne peut pas être utilisée',
      text: 'Elle ne peut pas protéger votre jeton. Enregistrez la clé d’accès à un autre endroit, par exemple sur votre téléphone ou sur une clé de sécurité plus récente.',
    },
    'passkey-not-known': {
      heading: 'Aucune clé d’accès correspondante',
      text: 'Cet appareil ne possède pas la clé d’accès avec laquelle vous vous êtes enregistré. Utilisez l’appareil qui la possède. Si elle est perdue, vous devez vous enregistrer de nouveau.',
    },
    'code-wrong': {
      heading: 'Ce code n’a pas fonctionné',
      text: 'Il est incorrect, déjà utilisé ou expiré.',
    },
    'not-sent': {
      heading: 'Nous n’avons pas pu envoyer le code',
      text: 'Votre profil ne contient pas d’adresse pour cet envoi, ou le message n’a pas été remis. Choisissez une autre méthode.',
    },
    general: {
      heading: 'Une erreur s’est produite',
      text: 'Vous n’y êtes pour rien. Veuillez réessayer.',
    },
  },
  manage: {
    heading: 'Votre vérification du visage',
    none: 'Aucune donnée vous concernant n’est conservée.',
    text: 'Ces informations sont conservées dans votre profil d’utilisateur. Le jeton lui-même est scellé et n’est jamais affiché.',
    tokenId: 'ID du jeton',
    enrolledAt: 'Créé le',
    purpose: 'Finalité',
    expiresAt: 'Expire le',
    untilRevoked: 'lorsque vous le supprimez',
    enrol: 'Configurer maintenant',
    renew: 'Configurer de nouveau',
    revoke: 'Supprimer',
    confirmHeading: 'Supprimer votre vérification du visage ?',
    confirmText:
      'Le jeton est supprimé de votre profil d’utilisateur et n’est plus valable. Pour une autre vérification du visage, vous devrez vous enregistrer de nouveau.',
    confirm: 'Oui, supprimer',
    keep: 'Conserver',
    revoked: 'Supprimé.',
    close: 'Fermer cette page',
    closed: {
      heading: 'Cette page est fermée',
      text: 'La prochaine personne à utiliser cet appareil ne peut pas la voir.',
    },
  },
  notices: {
    heading: 'M’avertir lorsque',
    headingByEmail: 'M’avertir par e-mail lorsque',
    kinds: {
      enrolled: 'une vérification du visage est configurée',
      new_place: 'elle est utilisée sur un nouvel appareil ou un nouveau réseau',
      refused: 'une vérification du visage est refusée',
      locked: 'elle est suspendue après plusieurs tentatives',
      ended: 'elle prend fin',
    },
    how: 'Mode d’envoi',
    byEmail: 'aussi par e-mail',
    emailStill:
      'Les e-mails contiennent un bouton « Ce n’était pas moi ». Si aucun appareil n’est joignable, nous envoyons tout de même un e-mail.',
    here: 'M’avertir aussi sur cet appareil',
    notHere: 'Pas sur cet appareil',
    otherDevices: 'Autres appareils avec notifications :',
    nowhere: 'Sur aucun appareil',
    refused:
      'Enregistré. Mais ce navigateur bloque les notifications de cette page : vérifiez ses paramètres et réessayez.',
    keep: 'Enregistrer',
    kept: 'Enregistré.',
  },
  notMe: {
    heading: 'Ce n’était pas vous ?',
    text: 'Si la notification indique une action que vous n’avez pas effectuée, mettez fin à votre vérification du visage maintenant. Ses données sont supprimées, les vérifications en cours sont arrêtées et vos administrateurs sont informés.',
    confirm: 'Ce n’était pas moi : y mettre fin',
    done: 'Votre vérification du visage a pris fin',
    doneText:
      'Vos administrateurs sont informés. Si quelqu’un est susceptible de connaître votre mot de passe, modifiez-le maintenant. Vous pourrez configurer de nouveau la vérification du visage plus tard.',
  },
  reference: {
    heading: 'Une photo de votre pièce d’identité',
    text: 'Votre visage est comparé au portrait de votre pièce d’identité. La photo doit être nette et sans reflet. Elle est supprimée après la comparaison.',
    choose: 'Choisir une photo',
    take: 'Prendre une photo',
    cameraHeading: 'Présentez votre pièce d’identité',
    cameraText: 'Le portrait doit remplir la plus grande partie du cadre.',
    shutter: 'Prendre la photo',
    preview: 'La photo choisie',
    use: 'Utiliser cette photo',
    another: 'En prendre une autre',
  },
  pin: {
    chooseHeading: 'Choisissez un code PIN',
    enterHeading: 'Saisissez votre code PIN',
    chooseText:
      'Le jeton ne s’ouvre qu’avec votre visage et ce code PIN. Si vous oubliez le code PIN, vous devrez vous enregistrer de nouveau.',
    enterText: 'Le code PIN que vous avez choisi lors de votre enregistrement.',
    label: 'Code PIN',
    repeat: 'Confirmez le code PIN',
    rule: 'De 6 à 12 chiffres',
    tooShort: 'Le code PIN doit comporter de 6 à 12 chiffres.',
    weak: 'Ce code PIN est trop facile à deviner. Choisissez-en un autre.',
    different: 'Les codes PIN ne correspondent pas.',
  },
  passkey: {
    createHeading: 'Protéger avec cet appareil',
    getHeading: 'Utilisez votre clé d’accès',
    createText:
      'Votre appareil crée une clé d’accès. Ensuite, la vérification nécessite votre visage et cette clé d’accès.',
    getText: 'Votre appareil demande la clé d’accès avec laquelle vous vous êtes enregistré.',
    action: 'Continuer avec la clé d’accès',
  },
  ways: {
    heading: 'Autre méthode',
    text: 'Choisissez comment confirmer qu’il s’agit bien de vous. Aucune image n’est prise.',
    helpText: 'Vous pouvez indiquer au service d’assistance quel est le problème.',
    cannotText: 'Voici les possibilités.',
    names: {
      email: 'Code par e-mail',
      sms: 'Code par SMS',
      recovery_code: 'Code de récupération',
      bypass_code: 'Code du service d’assistance',
    },
    texts: {
      email: 'Un code à six chiffres a été envoyé à l’adresse e-mail de votre profil. Il est valable dix minutes.',
      sms: 'Un code à six chiffres a été envoyé au numéro de téléphone de votre profil. Il est valable dix minutes.',
      recovery_code:
        'L’un des codes que vous avez reçus en configurant votre vérification du visage. Chacun fonctionne une seule fois.',
      bypass_code:
        'Le code que le service d’assistance vous a donné. Il fonctionne une seule fois, pendant quelques minutes.',
    },
    label: 'Votre code',
    wrong: 'Ce code est incorrect, déjà utilisé ou expiré.',
    back: 'Retour à la caméra',
    stop: 'Arrêter la vérification',
    passed: {
      heading: 'Terminé',
      text: 'Aucune image n’a été prise. L’application est informée que vous avez utilisé un code à la place de votre visage.',
    },
  },
  recovery: {
    heading: 'Si vous ne pouvez pas utiliser votre visage',
    text: 'Vous pouvez obtenir dix codes de récupération. Chacun remplace une vérification du visage, si cela est autorisé. Les nouveaux codes remplacent tous les précédents. Vous pouvez aussi les créer plus tard sur votre propre page.',
    show: 'Afficher mes codes',
    later: 'Pas maintenant',
    keep: 'Notez ou imprimez ces codes, et conservez-les en lieu sûr. Ils ne seront plus affichés.',
    done: 'Je les ai enregistrés',
  },
  help: {
    ask: 'Contacter le service d’assistance',
    text: 'Le service d’assistance voit qui vous êtes et ce que vous écrivez ici. N’indiquez pas de mots de passe.',
    reason: 'Quel est le problème ?',
    reasons: {
      no_camera: 'Je n’ai pas de caméra qui fonctionne',
      not_recognised: 'Je ne suis pas reconnu',
      cannot_move: 'Je ne peux pas faire les mouvements',
      not_wanted: 'Je ne veux pas de vérification du visage',
      other: 'Autre chose',
    },
    note: 'Détails (200 caractères maximum)',
    send: 'Envoyer',
    asked: 'Le service d’assistance a reçu votre demande',
    askedText: 'Il vous contactera. Vous pouvez fermer cette page ou continuer avec une autre méthode.',
  },
  call: {
    heading: 'Quel nombre avez-vous entendu ?',
    text: 'Vous êtes au téléphone avec le service d’assistance. Choisissez le nombre qui vous est lu. Ensuite, votre visage est vérifié.',
    warning:
      'Si personne ne vous lit un nombre en ce moment, choisissez « Aucun de ceux-ci » : quelqu’un d’autre cherche peut-être à utiliser votre visage.',
  },
  kiosk: {
    heading: 'Bienvenue',
    text: 'La vérification commence ici lorsque vous êtes appelé.',
    scan: 'Scanner mon code',
    scanHeading: 'Présentez votre code',
    scanText: 'Tenez votre code QR devant la caméra.',
    fullScreen: 'Plein écran',
    resets: (seconds) => `Cet écran s’efface dans ${seconds === 1 ? 'une seconde' : `${seconds} secondes`}.`,
    now: 'L’effacer maintenant',
  },
};
