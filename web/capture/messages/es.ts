import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'su organización';

const keptFor = (days: number | null): string =>
  days === null ? 'Se guarda hasta que se borra.' : `Se guarda durante ${days} días; después deja de servir.`;

export const es: Words = {
  title: 'Comprobación facial',
  language: 'Idioma',
  helpLink: 'Ayuda',
  agree: 'Acepto, continuar',
  refuse: 'No quiero hacerlo',
  cannot: 'No puedo hacerlo',
  cannotText: 'Esto termina la comprobación y se avisa a la aplicación. Después puede usar otra forma, si la hay.',
  agreed: { on: (day) => `Usted lo aceptó el ${day}.`, read: 'Leer el texto completo' },
  next: 'Continuar',
  back: 'Atrás',
  tryAgain: 'Intentar de nuevo',
  goOn: 'Continuar',
  leave: 'Salir de esta página',
  otherWay: 'Usar otra forma',
  mayClose: 'Puede cerrar esta página.',
  opening: 'Un momento',
  arrived: {
    heading: 'Su enlace para la comprobación facial',
    text: 'Se abre una sola vez, en este dispositivo. Continúe cuando quiera empezar.',
  },
  consent: {
    verify: {
      heading: 'Confirme que es usted',
      intro: (organisation) => `Antes de continuar, ${by(organisation)} le pide que muestre su cara.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'Qué ocurre',
          text: 'Su cámara toma algunas imágenes mientras usted gira la cabeza. Se comparan con su registro y se borran enseguida.',
        },
        {
          heading: 'Qué se guarda',
          text: `Un token sellado, hecho a partir de su cara cuando se registró, en su perfil de usuario de ${by(organisation)}. Solo sirve para confirmar que es usted. ${keptFor(retentionDays)} La hora y el resultado de esta comprobación quedan anotados, sin imágenes.`,
        },
        {
          heading: 'Si no quiere hacerlo',
          text: `Elija «No quiero hacerlo». No se toma ninguna imagen. Se le muestra otra forma si ${by(organisation)} la ofrece.`,
        },
        {
          heading: 'Si cambia de opinión',
          text: `Puede hacer que se borre el token en cualquier momento: en su propia página de comprobación facial o pidiéndolo a ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Prepare su comprobación facial',
      intro: (organisation) => `Con su consentimiento, ${by(organisation)} puede confirmar por su cara que es usted.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'Qué ocurre',
          text: referencePhotoNeeded
            ? 'Su cámara toma algunas imágenes mientras usted gira la cabeza. Se comparan con una foto de su documento. Con ellas se hace un token sellado y después se borran enseguida todas las imágenes.'
            : 'Su cámara toma algunas imágenes mientras usted gira la cabeza. Con ellas se hace un token sellado y después las imágenes se borran enseguida.',
        },
        {
          heading: 'Qué se guarda',
          text: `El token sellado, hecho a partir de su cara, en su perfil de usuario de ${by(organisation)}. Solo sirve para confirmar más adelante que es usted. ${keptFor(retentionDays)} También queda anotada la hora de su consentimiento.`,
        },
        {
          heading: 'Si no quiere hacerlo',
          text: `Elija «No quiero hacerlo». No se toma ninguna imagen ni se hace ningún token. Se le muestra otra forma si ${by(organisation)} la ofrece.`,
        },
        {
          heading: 'Si cambia de opinión',
          text: `Puede hacer que se borre el token en cualquier momento: en su propia página de comprobación facial o pidiéndolo a ${by(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: '¿Aprueba esto?',
    intro: (application) =>
      `${application ?? 'Una aplicación'} le pide que apruebe exactamente lo que figura aquí. Lo aprueba con su rostro.`,
    amount: 'Importe',
    payee: 'Beneficiario',
    document: 'Documento',
    digest: 'Su huella SHA-256',
    mixedScripts:
      'Una palabra de aquí mezcla letras de alfabetos distintos. Puede que solo se parezca al nombre que espera.',
    warning: 'Si no ha iniciado esto usted mismo, o alguna palabra no es correcta, elija «No lo apruebo».',
    approve: 'Aprobar con mi rostro',
    refuse: 'No lo apruebo',
  },
  place: {
    heading: '¿Qué cámara?',
    text: 'Necesita una cámara que le vea de frente y algo de luz en la cara.',
    here: 'Usar este ordenador',
    phone: 'Usar mi teléfono',
  },
  handOff: {
    heading: 'Continúe con su teléfono',
    text: 'Escanee este código con la cámara de su teléfono y abra el enlace.',
    qr: 'Código QR con el enlace para su teléfono',
    code: 'Su teléfono le preguntará qué número hay aquí:',
    waiting: 'Esperando a su teléfono…',
    opened: 'Elija este número en su teléfono',
    openedText: 'Su teléfono muestra tres números. Elija allí este.',
    paired: 'Su teléfono está conectado',
    pairedText: 'Continúe allí. Esta página sigue sola.',
    refused: 'La comprobación se ha detenido en el teléfono',
    refusedText:
      'Allí se ha elegido otro número, o ninguno. Para su protección, esta comprobación ha terminado. Si ha sido un error, empiece de nuevo.',
    anew: 'Mostrar un código nuevo',
    here: 'Usar mejor este ordenador',
  },
  pairing: {
    heading: '¿Qué número muestra su ordenador?',
    text: 'Un ordenador pide la cámara de este teléfono para comprobar su cara. Elija el número que usted mismo ve en su pantalla. Nadie debe decírselo.',
    organisation: 'Organización',
    application: 'Aplicación',
    computer: 'Ordenador',
    network: 'Su red',
    unknown: 'no se sabe',
    warning: 'Si no ha empezado esto usted mismo en ese ordenador ahora mismo, elija «Ninguno de estos».',
    none: 'Ninguno de estos',
    refused: 'Detenido',
    refusedText:
      'No se ha hecho ninguna foto. Si no ha empezado usted esta comprobación, puede que alguien sepa su contraseña: cámbiela y avise a quien se ocupa de su cuenta.',
  },
  permission: {
    heading: 'Encienda la cámara',
    text: 'Su navegador preguntará si esta página puede usar la cámara. Elija «Permitir». No se envía nada antes de que usted empiece.',
    action: 'Encender la cámara',
  },
  framing: {
    heading: 'Ponga la cara en el óvalo',
    text: 'Quítese las gafas de sol y lo que le tape la cara. Después pulse «Empezar» y siga las flechas con la cabeza.',
    camera: 'Cámara',
    unnamedCamera: (number) => `Cámara ${number}`,
    start: 'Empezar',
    ready: 'Bien. Puede empezar.',
    loading: 'Preparando…',
    noGuide: 'La ayuda para colocarse no está disponible en este navegador. La comprobación funciona sin ella.',
    virtual: (camera) => `«${camera}» parece una cámara virtual. Sus imágenes no suelen servir. Elija una cámara real.`,
    unsuitable: (camera) => `«${camera}» quizá no sea la cámara que le ve de frente. Elija otra si puede.`,
    flashes:
      'La pantalla cambiará de color varias veces, hasta 2,5 veces por segundo. Si eso puede hacerle daño, siga sin ello. Si no, suba el brillo.',
    withoutFlashes: 'Sin colores que parpadean',
    outshone:
      'Hay demasiada luz a su alrededor para la de la pantalla. Apártese de la ventana o de la lámpara y suba el brillo de la pantalla.',
  },
  hints: {
    no_face: 'No se ve ninguna cara. Ponga toda la cara en el óvalo.',
    one_face: 'Se ve más de una cara. Solo debe verse la suya.',
    come_closer: 'Acérquese un poco.',
    move_back: 'Aléjese un poco.',
    centre: 'Ponga la cara en el centro.',
    more_light: 'Más luz en la cara, por favor.',
    less_light: 'Hay demasiada luz. Gírese para apartarse de ella.',
    too_bright:
      'La luz de la pantalla no se ve en su cara. Apártese de la ventana o de la lámpara, aumente el brillo de la pantalla y acérquese.',
    glare: 'Hay un reflejo. Incline las gafas o mueva la lámpara.',
    hold_still: 'No se mueva por un momento.',
    follow: 'Siga cada movimiento cuando se muestre y manténgalo un momento.',
    reference_none: 'En esta foto no hay ninguna cara. Use una que muestre la imagen de su documento.',
    reference_many: 'En esta foto hay más de una cara. Use una que muestre solo la imagen de su documento.',
    reference_small: 'La imagen de su documento es demasiado pequeña aquí. Haga la foto desde más cerca.',
    reference_unreadable: 'Esta foto no se distingue. Use una imagen JPEG, PNG o WebP nítida y sin reflejos.',
    reference_unlike:
      'La imagen de su documento no coincidió con su cara. Use otra foto de su propio documento, nítida y sin reflejos.',
  },
  challenge: {
    heading: 'Siga con la cabeza',
    movements: {
      centre: 'Mire de frente a la cámara',
      left: 'Gire la cabeza a su izquierda',
      right: 'Gire la cabeza a su derecha',
      up: 'Levante la barbilla',
      down: 'Baje la barbilla',
    },
    progress: (step, of) => `${step} de ${of}`,
    hold: 'Manténgase así',
  },
  flashes: {
    heading: 'Esta comprobación necesita colores que parpadean',
    text: (organisation) =>
      `En esta comprobación, ${by(organisation)} pide los colores de la pantalla: muestran que no hay una grabación delante de la cámara. Si los colores que parpadean pueden hacerle daño, no siga aquí.`,
    stop: 'Terminar la comprobación',
  },
  sending: { heading: 'Comprobando', text: 'Tarda un momento. Deje esta página abierta, por favor.' },
  passed: {
    verify: 'Es usted',
    enrol: 'Todo listo',
    text: 'Las imágenes se han borrado.',
    onPhone: 'Vuelva a su ordenador: allí continúa.',
    returning: 'Ahora continúa.',
  },
  failed: {
    heading: 'No ha funcionado',
    text: 'No se ha podido confirmar su cara. Las imágenes se han borrado.',
  },
  again: {
    heading: 'Otra vez, por favor',
    text: 'Las imágenes no bastaban para decidir. Se han borrado.',
    triesLeft: (tries) => (tries === 1 ? 'Le queda un intento.' : `Le quedan ${tries} intentos.`),
    withoutLight:
      'La luz de la pantalla no se veía en su cara. El siguiente intento va sin ella: solo con movimientos.',
  },
  expired: {
    heading: 'Se acabó el tiempo',
    text: 'Esta comprobación ha estado abierta demasiado tiempo. Vuelva a donde estaba y empiece de nuevo.',
  },
  abandoned: {
    heading: 'Ha detenido la comprobación',
    text: 'La comprobación ha terminado y no se ha guardado ninguna imagen.',
  },
  lockedFor: (minutes) =>
    minutes === 1 ? 'Espere un minuto y vuelva a intentarlo.' : `Espere ${minutes} minutos y vuelva a intentarlo.`,
  problems: {
    'camera-denied': {
      heading: 'La cámara está bloqueada',
      text: 'Esta página no puede usar la cámara. Así puede permitirlo de nuevo:',
      steps: [
        'Toque o pulse el signo que hay junto a la dirección de esta página.',
        'Ponga «Cámara» en «Permitir».',
        'Si sigue bloqueada, mire en los ajustes de su dispositivo si el navegador puede usar la cámara.',
        'Después pulse «Intentar de nuevo».',
      ],
    },
    'camera-none': {
      heading: 'No se ha encontrado ninguna cámara',
      text: 'Conecte una cámara e inténtelo de nuevo, o use un dispositivo que tenga una.',
    },
    'camera-busy': {
      heading: 'La cámara no responde',
      text: 'Quizá la esté usando otro programa. Cierre las videollamadas y las demás páginas con cámara, y vuelva a intentarlo.',
    },
    'camera-stopped': {
      heading: 'La cámara se ha parado',
      text: 'Ocurre cuando se sale de la página, se bloquea el dispositivo u otra aplicación toma la cámara. No se ha enviado nada. Empiece de nuevo cuando quiera.',
    },
    insecure: {
      heading: 'Esta dirección no es segura',
      text: 'Los navegadores solo permiten la cámara en direcciones que empiezan por https. Abra el enlace otra vez tal como lo recibió.',
    },
    unsupported: {
      heading: 'Este navegador no puede hacerlo',
      text: 'Abra el enlace en una versión actual de Chrome, Edge, Firefox o Safari. Si ha llegado desde otra aplicación, ábralo en su navegador.',
    },
    offline: {
      heading: 'Sin conexión',
      text: 'No hay red. Esta página sigue sola cuando vuelva.',
    },
    'time-out': {
      heading: 'Ha tardado demasiado',
      text: 'El servidor no ha respondido a tiempo. No ha perdido nada de lo hecho. Inténtelo de nuevo.',
    },
    'locked-out': {
      heading: 'Demasiados intentos',
      text: 'Para protegerle, ahora hay una pausa.',
    },
    'phone-needed': {
      heading: 'Se necesita un teléfono',
      text: 'Esta comprobación toma fotos con la cámara de un teléfono. Empiece de nuevo en su teléfono.',
    },
    'opened-elsewhere': {
      heading: 'Este enlace ya está en uso',
      text: 'Sirve una vez y ya se ha abierto, aquí o en otro navegador. Continúe allí o pida un enlace nuevo.',
    },
    'link-missing': {
      heading: 'Falta algo en el enlace',
      text: 'Abra el enlace otra vez tal como lo recibió, completo. O vuelva a donde estaba y empiece de nuevo.',
    },
    'link-over': {
      heading: 'Este enlace ya no sirve',
      text: 'Se ha usado o se ha acabado su tiempo. Vuelva a donde estaba y empiece de nuevo.',
    },
    overloaded: {
      heading: 'Hay muchas personas esperando',
      text: 'El servidor está ocupado. No ha perdido nada de lo hecho. Inténtelo de nuevo dentro de poco.',
    },
    unavailable: {
      heading: 'Ahora no es posible',
      text: 'Un servicio que esta comprobación necesita no responde. No ha perdido nada de lo hecho. Inténtelo de nuevo dentro de poco.',
    },
    'challenge-over': {
      heading: 'Ha tardado demasiado',
      text: 'Los movimientos se hacen en poco tiempo. Empiécelos otra vez, por favor.',
    },
    'passkey-unsupported': {
      heading: 'Este navegador no tiene llaves de acceso',
      text: 'Esta comprobación necesita una llave de acceso, que este navegador o dispositivo no ofrece. Use un navegador actual o el dispositivo con el que se registró.',
    },
    'passkey-cancelled': {
      heading: 'No se ha usado la llave de acceso',
      text: 'La pregunta de su dispositivo se cerró o caducó. Puede intentarlo de nuevo.',
    },
    'passkey-no-prf': {
      heading: 'Esta llave de acceso no sirve',
      text: 'No puede proteger su token. Elija otro lugar para la llave de acceso: por ejemplo, su teléfono o una llave de seguridad más nueva.',
    },
    'passkey-not-known': {
      heading: 'No hay llave de acceso para esto',
      text: 'Este dispositivo no tiene la llave de acceso con la que se registró. Use el dispositivo que la tiene. Si lo ha perdido, tiene que registrarse de nuevo.',
    },
    'code-wrong': {
      heading: 'Este código no sirve',
      text: 'Es incorrecto, ya se usó o ha caducado.',
    },
    'not-sent': {
      heading: 'No se ha podido enviar el código',
      text: 'Su perfil no tiene una dirección para ello o el mensaje no ha llegado. Elija otra manera.',
    },
    general: {
      heading: 'Algo ha fallado',
      text: 'No es culpa suya. Inténtelo de nuevo, por favor.',
    },
  },
  manage: {
    heading: 'Su comprobación facial',
    none: 'No se guarda nada de usted.',
    text: 'Esto es lo que se guarda de usted en su perfil de usuario. El token está sellado y no se muestra.',
    tokenId: 'Número del token',
    enrolledAt: 'Hecho el',
    purpose: 'Finalidad',
    expiresAt: 'Sirve hasta',
    untilRevoked: 'hasta que se borre',
    enrol: 'Prepararla ahora',
    renew: 'Hacerlo de nuevo',
    revoke: 'Borrarlo',
    confirmHeading: '¿Borrar su comprobación facial?',
    confirmText:
      'El token se borra de su perfil de usuario y deja de servir. Para otra comprobación facial tendría que registrarse de nuevo.',
    confirm: 'Sí, borrarlo',
    keep: 'Conservarlo',
    revoked: 'Se ha borrado.',
    close: 'Cerrar esta página',
    closed: { heading: 'La página está cerrada', text: 'Quien use después este dispositivo no la verá.' },
  },
  notices: {
    heading: 'Avisarme cuando',
    headingByEmail: 'Avisarme por correo cuando',
    kinds: {
      enrolled: 'se prepara una comprobación facial',
      new_place: 'se usa en un dispositivo nuevo o desde una red nueva',
      refused: 'se rechaza una comprobación facial',
      locked: 'queda en pausa tras varios intentos',
      ended: 'se termina',
    },
    how: 'De qué manera',
    byEmail: 'también por correo',
    emailStill:
      'El correo trae además el botón «No he sido yo». Si no se puede llegar a ningún dispositivo, se envía un correo de todos modos.',
    here: 'Avisarme también en este dispositivo',
    notHere: 'Ya no en este dispositivo',
    otherDevices: 'Otros dispositivos que reciben avisos:',
    nowhere: 'Ya en ningún dispositivo',
    refused:
      'Guardado. Pero este navegador no muestra avisos de esta página: mire en sus ajustes e inténtelo de nuevo.',
    keep: 'Guardar la elección',
    kept: 'Guardado.',
  },
  notMe: {
    heading: '¿No ha sido usted?',
    text: 'Si no hizo lo que dice el aviso, termine ahora su control facial. Se borra lo que se guarda para él, terminan los controles pendientes y se avisa a quienes pueden ayudar.',
    confirm: 'No he sido yo: terminarlo',
    done: 'Su control facial ha terminado',
    doneText:
      'Quienes cuidan de su cuenta ya lo saben. Si alguien puede conocer su contraseña, cámbiela ahora. Podrá configurar de nuevo el control facial más adelante.',
  },
  reference: {
    heading: 'Una foto de su documento',
    text: 'Su cara se compara con la imagen de su documento. La foto debe mostrar esa imagen nítida y sin reflejos. Se borra después de la comparación.',
    choose: 'Elegir una foto',
    take: 'Hacer una foto',
    cameraHeading: 'Muestre su documento',
    cameraText: 'La imagen del documento debe ocupar casi todo el cuadro.',
    shutter: 'Hacer la foto',
    preview: 'La foto elegida',
    use: 'Usar esta foto',
    another: 'Usar otra',
  },
  pin: {
    chooseHeading: 'Elija un PIN',
    enterHeading: 'Escriba su PIN',
    chooseText:
      'El token solo se abre con su cara y este PIN. Nadie podrá decírselo después: si lo olvida, tendrá que registrarse de nuevo.',
    enterText: 'El PIN que eligió al registrarse.',
    label: 'PIN',
    repeat: 'El mismo PIN otra vez',
    rule: 'De 6 a 12 cifras',
    tooShort: 'El PIN necesita de 6 a 12 cifras.',
    weak: 'Este PIN es demasiado fácil de adivinar. Elija otro.',
    different: 'Los dos PIN no son iguales.',
  },
  passkey: {
    createHeading: 'Protéjalo con este dispositivo',
    getHeading: 'Use su llave de acceso',
    createText:
      'Su dispositivo crea una llave de acceso. Desde entonces, la comprobación necesita su cara y esa llave.',
    getText: 'Su dispositivo le pide la llave de acceso con la que se registró.',
    action: 'Continuar con la llave de acceso',
  },
  ways: {
    heading: 'Otra manera',
    text: 'Elija cómo quiere mostrar quién es. No se toma ninguna imagen.',
    helpText: 'Puede decirle al servicio de ayuda qué se lo impide.',
    cannotText: 'Esto muestra qué puede hacer en su lugar.',
    names: {
      email: 'Código por correo electrónico',
      sms: 'Código por SMS',
      recovery_code: 'Código de recuperación',
      bypass_code: 'Código del servicio de ayuda',
    },
    texts: {
      email: 'Se ha enviado un código de seis cifras a la dirección de correo de su perfil. Vale diez minutos.',
      sms: 'Se ha enviado un código de seis cifras al número de teléfono de su perfil. Vale diez minutos.',
      recovery_code: 'Uno de los códigos que recibió al configurar la comprobación. Cada uno vale una vez.',
      bypass_code: 'El código que le ha dado el servicio de ayuda. Vale una vez, durante unos minutos.',
    },
    label: 'Su código',
    wrong: 'Este código es incorrecto, ya se usó o ha caducado.',
    back: 'Volver a la cámara',
    stop: 'Terminar la comprobación',
    passed: {
      heading: 'Hecho',
      text: 'No se ha tomado ninguna imagen. La aplicación sabe que se usó un código en lugar de su rostro.',
    },
  },
  recovery: {
    heading: 'Para cuando no pueda usar su rostro',
    text: 'Puede tener diez códigos de recuperación. Cada uno sustituye una comprobación del rostro donde esté permitido. Los códigos nuevos anulan los anteriores.',
    show: 'Mostrar mis códigos',
    later: 'Ahora no',
    keep: 'Escriba o imprima estos códigos y guárdelos donde solo usted los encuentre. No se mostrarán de nuevo.',
    done: 'Los he guardado',
  },
  help: {
    ask: 'Preguntar al servicio de ayuda',
    text: 'Sabrá quién es usted y lo que escriba aquí. No escriba nada que nadie deba saber.',
    reason: '¿Qué se lo impide?',
    reasons: {
      no_camera: 'No tengo una cámara que funcione',
      not_recognised: 'No se me reconoce',
      cannot_move: 'No puedo hacer los movimientos',
      not_wanted: 'No quiero que se compruebe mi rostro',
      other: 'Otra cosa',
    },
    note: 'Más detalles (200 caracteres como máximo)',
    send: 'Enviar',
    asked: 'El servicio de ayuda lo sabe',
    askedText: 'Se pondrá en contacto con usted. Puede cerrar esta página o seguir de otra manera.',
  },
  call: {
    heading: '¿Qué número le han dicho?',
    text: 'Está al teléfono con el servicio de ayuda. Elija el número que le leen. Después se comprueba su rostro.',
    warning:
      'Si nadie le está leyendo un número ahora, elija «Ninguno de estos»: otra persona podría querer usar su rostro.',
  },
  kiosk: {
    heading: 'Le damos la bienvenida',
    text: 'La comprobación empieza aquí sola cuando le llamen.',
    noScanner: 'Este navegador no puede leer códigos. La persona que atiende inicia la comprobación.',
    scan: 'Escanear mi código',
    scanHeading: 'Muestre su código',
    scanText: 'Ponga el código QR de su enlace delante de la cámara.',
    fullScreen: 'Pantalla completa',
    resets: (seconds) => `Esta pantalla se borra en ${seconds === 1 ? 'un segundo' : `${seconds} segundos`}.`,
    now: 'Borrarla ahora',
  },
};
