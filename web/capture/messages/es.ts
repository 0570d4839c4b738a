import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'su organización';

const keptFor = (days: number | null): string =>
  days === null ? 'Se guarda hasta que se elimine.' : `Se guarda durante ${days} días; después deja de ser válido.`;

export const es: Words = {
  title: 'Comprobación facial',
  language: 'Idioma',
  helpLink: 'Ayuda',
  agree: 'Aceptar y continuar',
  refuse: 'No, gracias',
  cannot: 'No puedo hacerlo',
  cannotText: 'Esto finaliza la comprobación e informa a la aplicación. Después puede usar otro método, si lo hay.',
  agreed: { on: (day) => `Aceptó esto el ${day}.`, read: 'Leer el texto completo' },
  next: 'Continuar',
  back: 'Atrás',
  tryAgain: 'Reintentar',
  goOn: 'Continuar',
  leave: 'Salir de esta página',
  otherWay: 'Usar otro método',
  mayClose: 'Puede cerrar esta página.',
  opening: 'Un momento',
  arrived: {
    heading: 'Su enlace para la comprobación facial',
    text: 'Se abre una sola vez, en este dispositivo. Continúe cuando esté listo.',
  },
  consent: {
    verify: {
      heading: 'Confirme que es usted',
      intro: (organisation) => `Antes de continuar, ${by(organisation)} solicita comprobar su rostro.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'Cómo funciona',
          text: 'Su cámara toma algunas imágenes mientras gira la cabeza. Se comparan con su registro y se eliminan de inmediato.',
        },
        {
          heading: 'Qué se guarda',
          text: `Un token sellado, creado a partir de su rostro cuando se registró, en su perfil de usuario de ${by(organisation)}. Solo se usa para confirmar que es usted. ${keptFor(retentionDays)} Se registran la hora y el resultado de esta comprobación, sin imágenes.`,
        },
        {
          heading: 'Si no lo desea',
          text: `Elija «No, gracias». No se toma ninguna imagen. Se le muestra otro método si ${by(organisation)} lo ofrece.`,
        },
        {
          heading: 'Si cambia de opinión',
          text: `Puede solicitar que se elimine el token en cualquier momento: en su propia página de comprobaciones faciales o pidiéndolo a ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Configure su comprobación facial',
      intro: (organisation) =>
        `Con su consentimiento, ${by(organisation)} puede confirmar mediante su rostro que es usted.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'Cómo funciona',
          text: referencePhotoNeeded
            ? 'Su cámara toma algunas imágenes mientras gira la cabeza. Se comparan con una foto de su documento de identidad. Con ellas se crea un token sellado y después todas las imágenes se eliminan de inmediato.'
            : 'Su cámara toma algunas imágenes mientras gira la cabeza. Con ellas se crea un token sellado y después las imágenes se eliminan de inmediato.',
        },
        {
          heading: 'Qué se guarda',
          text: `El token sellado, creado a partir de su rostro, en su perfil de usuario de ${by(organisation)}. Solo se usa para confirmar más adelante que es usted. ${keptFor(retentionDays)} También se registra la hora de su consentimiento.`,
        },
        {
          heading: 'Si no lo desea',
          text: `Elija «No, gracias». No se toma ninguna imagen ni se crea ningún token. Se le muestra otro método si ${by(organisation)} lo ofrece.`,
        },
        {
          heading: 'Si cambia de opinión',
          text: `Puede solicitar que se elimine el token en cualquier momento: en su propia página de comprobaciones faciales o pidiéndolo a ${by(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: '¿Aprueba esto?',
    intro: (application) =>
      `${application ?? 'Una aplicación'} le pide que apruebe exactamente esto. Lo aprueba con su rostro.`,
    amount: 'Importe',
    payee: 'Beneficiario',
    document: 'Documento',
    digest: 'Huella digital SHA-256 del documento',
    mixedScripts:
      'Una palabra mezcla aquí letras de distintos alfabetos. Es posible que solo se parezca al nombre que espera.',
    warning: 'Si no ha iniciado esto usted mismo o alguna palabra es incorrecta, elija «No aprobar».',
    approve: 'Aprobar con mi rostro',
    refuse: 'No aprobar',
  },
  usePhone: 'Usar mi teléfono',
  handOff: {
    heading: 'Continúe en su teléfono',
    text: 'Escanee este código con la cámara de su teléfono y abra el enlace.',
    qr: 'Código QR con el enlace para su teléfono',
    code: 'Su teléfono le pedirá este número:',
    waiting: 'Esperando a su teléfono…',
    opened: 'Elija este número en su teléfono',
    openedText: 'Su teléfono muestra tres números. Elija este en el teléfono.',
    paired: 'Su teléfono está conectado',
    pairedText: 'Continúe en el teléfono. Esta página se actualiza automáticamente.',
    refused: 'La comprobación se detuvo en el teléfono',
    refusedText:
      'Se eligió otro número, o ninguno. Para su protección, esta comprobación ha finalizado. Si fue un error, empiece de nuevo.',
    anew: 'Mostrar un código nuevo',
    here: 'Usar este ordenador en su lugar',
  },
  pairing: {
    heading: '¿Qué número muestra su ordenador?',
    text: 'Un ordenador quiere usar la cámara de este teléfono para comprobar su rostro. Elija el número que ve en su pantalla. Nunca elija un número que alguien le diga.',
    organisation: 'Organización',
    application: 'Aplicación',
    computer: 'Ordenador',
    network: 'Red',
    unknown: 'desconocido',
    warning: 'Si no acaba de iniciar esto usted mismo en ese ordenador, elija «Ninguno de estos».',
    none: 'Ninguno de estos',
    refused: 'Detenido',
    refusedText:
      'No se ha tomado ninguna imagen. Si no ha iniciado usted esta comprobación, es posible que alguien conozca su contraseña: cámbiela e informe al servicio de asistencia.',
  },
  permission: {
    heading: 'Permitir el acceso a la cámara',
    text: 'Su navegador le preguntará si esta página puede usar la cámara. Elija «Permitir». La comprobación empieza cuando su rostro está en el óvalo.',
    getReady: 'Prepárese',
    action: 'Permitir el acceso a la cámara',
  },
  framing: {
    heading: 'Coloque su rostro en el óvalo',
    text: 'Quítese las gafas de sol y todo lo que le cubra el rostro. La comprobación empieza sola.',
    camera: 'Cámara',
    unnamedCamera: (number) => `Cámara ${number}`,
    start: 'Empezar',
    ready: 'No se mueva…',
    loading: 'Preparando…',
    noGuide:
      'La ayuda de encuadre no está disponible en este navegador. Pulse «Empezar» cuando su rostro esté en el óvalo.',
    virtual: (camera) =>
      `«${camera}» parece una cámara virtual. Sus imágenes se suelen rechazar. Elija una cámara real.`,
    unsuitable: (camera) => `Es posible que «${camera}» no sea la cámara orientada hacia usted. Elija otra si puede.`,
    flashes:
      'Su pantalla parpadeará en colores, hasta 2,5 veces por segundo. ¿Es sensible a los parpadeos? Continúe sin ellos. Si no, suba el brillo.',
    withoutFlashes: 'Omitir los colores parpadeantes',
    outshone:
      'Hay demasiada luz a su alrededor. Apártese de la ventana o de la lámpara y suba el brillo de la pantalla.',
  },
  hints: {
    no_face: 'No vemos su rostro. Coloque todo el rostro en el óvalo.',
    one_face: 'Vemos más de un rostro. Solo usted debe aparecer en la imagen.',
    come_closer: 'Acérquese un poco.',
    move_back: 'Aléjese un poco.',
    centre: 'Mueva el rostro hacia el centro.',
    more_light: 'Ilumine más su rostro.',
    less_light: 'Hay demasiada luz. Apártese de ella.',
    too_bright:
      'La luz de la pantalla no se ve en su rostro. Apártese de la ventana o de la lámpara, suba el brillo de la pantalla y acérquese.',
    glare: 'Hay un reflejo. Incline las gafas o mueva la lámpara.',
    hold_still: 'No se mueva un momento.',
    follow: 'Haga cada movimiento cuando se muestre y manténgalo un momento.',
    reference_none: 'No encontramos ningún rostro en esta foto. Use una que muestre la fotografía de su documento.',
    reference_many: 'En esta foto hay más de un rostro. Use una que muestre solo la fotografía de su documento.',
    reference_small: 'La fotografía de su documento es demasiado pequeña. Haga la foto desde más cerca.',
    reference_unreadable: 'No podemos leer esta foto. Use una imagen JPEG, PNG o WebP nítida y sin reflejos.',
    reference_unlike:
      'La fotografía de su documento no coincide con su rostro. Use otra foto de su propio documento, nítida y sin reflejos.',
  },
  challenge: {
    heading: 'Mueva la cabeza como se muestra',
    movements: {
      centre: 'Mire de frente a la cámara',
      left: 'Gire la cabeza hacia su izquierda',
      right: 'Gire la cabeza hacia su derecha',
      up: 'Levante la barbilla',
      down: 'Baje la barbilla',
    },
    hold: 'No se mueva',
  },
  flashes: {
    heading: 'Esta comprobación usa colores parpadeantes',
    text: (organisation) =>
      `Para esta comprobación, ${by(organisation)} exige colores parpadeantes. Demuestran que no hay una grabación delante de la cámara. Si los colores parpadeantes pueden perjudicarle, no continúe aquí.`,
    stop: 'Finalizar la comprobación',
  },
  sending: { heading: 'Comprobando', text: 'Esto tarda un momento. Mantenga esta página abierta.' },
  passed: {
    verify: 'Su identidad se ha verificado',
    enrol: 'Configuración completada',
    text: 'Las imágenes se han eliminado.',
    onPhone: 'Vuelva a su ordenador para continuar.',
    returning: (application) => (application === null ? 'Redirigiendo…' : `Redirigiendo a ${application}…`),
  },
  failed: {
    heading: 'No hemos podido confirmar que es usted',
    text: 'Las imágenes se han eliminado.',
    next: 'Vuelva atrás y empiece de nuevo, o pida otro método a su servicio de asistencia.',
  },
  again: {
    heading: 'Intentémoslo de nuevo',
    text: 'Las imágenes no eran lo bastante nítidas. Se han eliminado.',
    triesLeft: (tries) => (tries === 1 ? 'Le queda un intento.' : `Le quedan ${tries} intentos.`),
    withoutLight: 'No se veía la luz de la pantalla en su rostro. El siguiente intento usa solo movimientos.',
  },
  expired: {
    heading: 'Esta comprobación ha caducado',
    text: 'Estuvo abierta demasiado tiempo. Vuelva a la página de la que vino y empiece de nuevo.',
  },
  abandoned: {
    heading: 'Ha detenido la comprobación',
    text: 'No se ha guardado ninguna imagen.',
  },
  tryAgainAt: (time) => `Inténtelo de nuevo a las ${time}.`,
  problems: {
    'camera-denied': {
      heading: 'La cámara está bloqueada',
      text: 'Esta página no puede usar la cámara. Para permitirlo:',
      steps: [
        'Toque el icono situado junto a la barra de direcciones.',
        'Ponga «Cámara» en «Permitir».',
        'Si sigue bloqueada, compruebe en los ajustes de su dispositivo que el navegador puede usar la cámara.',
        'Después pulse «Reintentar».',
      ],
    },
    'camera-none': {
      heading: 'No se ha encontrado ninguna cámara',
      text: 'Conecte una cámara e inténtelo de nuevo, o use un dispositivo que tenga una.',
    },
    'camera-busy': {
      heading: 'La cámara no responde',
      text: 'Es posible que la esté usando otro programa. Cierre las videollamadas y las demás páginas que usen la cámara, e inténtelo de nuevo.',
    },
    'camera-stopped': {
      heading: 'La cámara se ha detenido',
      text: 'Esto ocurre cuando sale de la página, el dispositivo se bloquea u otra aplicación usa la cámara. No se ha enviado nada. Empiece de nuevo cuando esté listo.',
    },
    insecure: {
      heading: 'Esta dirección no es segura',
      text: 'Los navegadores solo permiten la cámara en direcciones que empiezan por https. Abra el enlace de nuevo tal como lo recibió.',
    },
    unsupported: {
      heading: 'Este navegador no es compatible',
      text: 'Abra el enlace en una versión actual de Chrome, Edge, Firefox o Safari. Si ha llegado desde otra aplicación, ábralo en su navegador.',
    },
    offline: {
      heading: 'Sin conexión',
      text: 'No tiene conexión. Esta página continúa cuando se restablezca.',
    },
    'time-out': {
      heading: 'Ha tardado demasiado',
      text: 'El servidor no ha respondido a tiempo. Su progreso se ha guardado. Inténtelo de nuevo.',
    },
    'locked-out': {
      heading: 'Demasiados intentos',
      text: 'Para su protección, las comprobaciones faciales están en pausa.',
    },
    'phone-needed': {
      heading: 'Necesita un teléfono',
      text: 'Esta comprobación usa la cámara de un teléfono. Iníciela de nuevo en su teléfono.',
    },
    'opened-elsewhere': {
      heading: 'Este enlace está en uso',
      text: 'Funciona una sola vez y ya está abierto, aquí o en otro navegador. Continúe allí o solicite un enlace nuevo.',
    },
    'link-missing': {
      heading: 'Este enlace está incompleto',
      text: 'Abra el enlace completo tal como lo recibió. O vuelva a la página de la que vino y empiece de nuevo.',
    },
    'link-over': {
      heading: 'Este enlace ha caducado',
      text: 'Ya se ha usado o ha caducado. Vuelva a la página de la que vino y empiece de nuevo.',
    },
    overloaded: {
      heading: 'El servicio está muy ocupado',
      text: 'Su progreso se ha guardado. Inténtelo de nuevo en unos momentos.',
    },
    unavailable: {
      heading: 'No disponible temporalmente',
      text: 'Un servicio necesario para esta comprobación no responde. Su progreso se ha guardado. Inténtelo de nuevo en unos momentos.',
    },
    'challenge-over': {
      heading: 'Ha tardado demasiado',
      text: 'Haga los movimientos en el tiempo indicado. Empiece de nuevo.',
    },
    'passkey-unsupported': {
      heading: 'Este navegador no admite llaves de acceso',
      text: 'Esta comprobación necesita una llave de acceso, que este navegador o dispositivo no admite. Use un navegador actual o el dispositivo con el que se registró.',
    },
    'passkey-cancelled': {
      heading: 'No se ha usado la llave de acceso',
      text: 'La solicitud de su dispositivo se cerró o caducó. Puede intentarlo de nuevo.',
    },
    'passkey-no-prf': {
      heading: 'Esta llave de acceso no se puede usar',
      text: 'No puede proteger su token. Guarde la llave de acceso en otro lugar, por ejemplo, en su teléfono o en una llave de seguridad más reciente.',
    },
    'passkey-not-known': {
      heading: 'No hay ninguna llave de acceso que coincida',
      text: 'Este dispositivo no tiene la llave de acceso con la que se registró. Use el dispositivo que la tiene. Si la ha perdido, tiene que registrarse de nuevo.',
    },
    'code-wrong': {
      heading: 'Ese código no ha funcionado',
      text: 'Es incorrecto, ya se usó o ha caducado.',
    },
    'not-sent': {
      heading: 'No hemos podido enviar el código',
      text: 'Su perfil no tiene una dirección para enviarlo o el mensaje no se ha entregado. Elija otro método.',
    },
    general: {
      heading: 'Se ha producido un error',
      text: 'No es culpa suya. Inténtelo de nuevo.',
    },
  },
  manage: {
    heading: 'Su comprobación facial',
    none: 'No guardamos ningún dato sobre usted.',
    text: 'Estos datos se guardan en su perfil de usuario. El token está sellado y nunca se muestra.',
    tokenId: 'ID del token',
    enrolledAt: 'Creado',
    purpose: 'Finalidad',
    expiresAt: 'Caduca',
    untilRevoked: 'cuando lo elimine',
    enrol: 'Configurar ahora',
    renew: 'Configurar de nuevo',
    revoke: 'Eliminar',
    confirmHeading: '¿Eliminar su comprobación facial?',
    confirmText:
      'El token se elimina de su perfil de usuario y deja de ser válido. Para otra comprobación facial tendrá que registrarse de nuevo.',
    confirm: 'Sí, eliminar',
    keep: 'Conservar',
    revoked: 'Eliminado.',
    close: 'Cerrar esta página',
    closed: {
      heading: 'Esta página está cerrada',
      text: 'La próxima persona que use este dispositivo no puede verla.',
    },
  },
  notices: {
    heading: 'Notificarme cuando',
    headingByEmail: 'Notificarme por correo electrónico cuando',
    kinds: {
      enrolled: 'se configure una comprobación facial',
      new_place: 'se use en un dispositivo o una red nuevos',
      refused: 'se rechace una comprobación facial',
      locked: 'quede en pausa tras varios intentos',
      ended: 'finalice',
    },
    how: 'Método',
    byEmail: 'también por correo electrónico',
    emailStill:
      'Los correos electrónicos incluyen el botón «No he sido yo». Si no se puede acceder a ningún dispositivo, enviamos un correo electrónico de todos modos.',
    here: 'Notificarme también en este dispositivo',
    notHere: 'No en este dispositivo',
    otherDevices: 'Otros dispositivos con notificaciones:',
    nowhere: 'En ningún dispositivo',
    refused:
      'Guardado. Pero este navegador bloquea las notificaciones de esta página: revise su configuración e inténtelo de nuevo.',
    keep: 'Guardar',
    kept: 'Guardado.',
  },
  notMe: {
    heading: '¿No ha sido usted?',
    text: 'Si no hizo lo que dice la notificación, finalice ahora su comprobación facial. Se eliminan sus datos, finalizan las comprobaciones abiertas y se informa a sus administradores.',
    confirm: 'No he sido yo: finalizarla',
    done: 'Su comprobación facial ha finalizado',
    doneText:
      'Se ha informado a sus administradores. Si alguien pudiera conocer su contraseña, cámbiela ahora. Podrá configurar de nuevo la comprobación facial más adelante.',
  },
  reference: {
    heading: 'Una foto de su documento de identidad',
    text: 'Su rostro se compara con la fotografía de su documento de identidad. La foto debe ser nítida y sin reflejos. Se elimina después de la comparación.',
    choose: 'Elegir una foto',
    take: 'Hacer una foto',
    cameraHeading: 'Muestre su documento de identidad',
    cameraText: 'La fotografía del documento debe ocupar la mayor parte del recuadro.',
    shutter: 'Hacer la foto',
    preview: 'La foto elegida',
    use: 'Usar esta foto',
    another: 'Hacer otra',
  },
  pin: {
    chooseHeading: 'Elija un PIN',
    enterHeading: 'Introduzca su PIN',
    chooseText: 'El token solo se abre con su rostro y este PIN. Si olvida el PIN, tendrá que registrarse de nuevo.',
    enterText: 'El PIN que eligió cuando se registró.',
    label: 'PIN',
    repeat: 'Repita el PIN',
    rule: 'De 6 a 12 dígitos',
    tooShort: 'El PIN debe tener de 6 a 12 dígitos.',
    weak: 'Este PIN es demasiado fácil de adivinar. Elija otro.',
    different: 'Los PIN no coinciden.',
  },
  passkey: {
    createHeading: 'Protéjalo con este dispositivo',
    getHeading: 'Use su llave de acceso',
    createText:
      'Su dispositivo crea una llave de acceso. A partir de entonces, la comprobación necesita su rostro y esta llave de acceso.',
    getText: 'Su dispositivo le pide la llave de acceso con la que se registró.',
    action: 'Continuar con la llave de acceso',
  },
  ways: {
    heading: 'Otro método',
    text: 'Elija cómo confirmar que es usted. No se toma ninguna imagen.',
    helpText: 'Puede indicar al servicio de asistencia cuál es el problema.',
    cannotText: 'Estas son sus opciones.',
    names: {
      email: 'Código por correo electrónico',
      sms: 'Código por SMS',
      recovery_code: 'Código de recuperación',
      bypass_code: 'Código del servicio de asistencia',
    },
    texts: {
      email:
        'Se ha enviado un código de seis dígitos a la dirección de correo electrónico de su perfil. Es válido durante diez minutos.',
      sms: 'Se ha enviado un código de seis dígitos al número de teléfono de su perfil. Es válido durante diez minutos.',
      recovery_code: 'Uno de los códigos que recibió al configurar su comprobación facial. Cada uno funciona una vez.',
      bypass_code: 'El código que le dio el servicio de asistencia. Funciona una vez, durante unos minutos.',
    },
    label: 'Su código',
    wrong: 'Este código es incorrecto, ya se usó o ha caducado.',
    back: 'Volver a la cámara',
    stop: 'Finalizar la comprobación',
    passed: {
      heading: 'Listo',
      text: 'No se ha tomado ninguna imagen. Se informa a la aplicación de que usó un código en lugar de su rostro.',
    },
  },
  recovery: {
    heading: 'Si no puede usar su rostro',
    text: 'Puede obtener diez códigos de recuperación. Cada uno sustituye una comprobación facial, si está permitido. Los códigos nuevos sustituyen a todos los anteriores. También puede crearlos más tarde en su propia página.',
    show: 'Mostrar mis códigos',
    later: 'Ahora no',
    keep: 'Anote o imprima estos códigos y guárdelos en un lugar seguro. No se volverán a mostrar.',
    done: 'Los he guardado',
  },
  help: {
    ask: 'Contactar con el servicio de asistencia',
    text: 'El servicio de asistencia ve quién es usted y lo que escribe aquí. No incluya contraseñas.',
    reason: '¿Cuál es el problema?',
    reasons: {
      no_camera: 'No tengo una cámara que funcione',
      not_recognised: 'No me reconoce',
      cannot_move: 'No puedo hacer los movimientos',
      not_wanted: 'No quiero una comprobación facial',
      other: 'Otra cosa',
    },
    note: 'Detalles (200 caracteres como máximo)',
    send: 'Enviar',
    asked: 'El servicio de asistencia ha recibido su solicitud',
    askedText: 'Se pondrán en contacto con usted. Puede cerrar esta página o continuar con otro método.',
  },
  call: {
    heading: '¿Qué número ha oído?',
    text: 'Está al teléfono con el servicio de asistencia. Elija el número que le lean. Después se comprueba su rostro.',
    warning:
      'Si nadie le está leyendo un número ahora, elija «Ninguno de estos»: es posible que otra persona quiera usar su rostro.',
  },
  kiosk: {
    heading: 'Le damos la bienvenida',
    text: 'La comprobación empieza aquí cuando le llamen.',
    scan: 'Escanear mi código',
    scanHeading: 'Muestre su código',
    scanText: 'Ponga su código QR delante de la cámara.',
    fullScreen: 'Pantalla completa',
    resets: (seconds) => `Esta pantalla se restablece en ${seconds === 1 ? 'un segundo' : `${seconds} segundos`}.`,
    now: 'Restablecer ahora',
  },
};
