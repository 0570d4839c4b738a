import type { CredentialTexts } from './texts.js';

export const es: CredentialTexts = {
  startTitle: (credential) => `${credential}, en su cartera`,
  startText: (from) =>
    `${from === null ? 'Su organización' : from} le da un comprobante firmado para llevar en el teléfono. Necesita allí una aplicación de cartera.`,
  startSteps: [
    'Diga quién es y muestre su rostro.',
    'Marque lo que debe figurar.',
    'Escanee un código con su cartera y escriba allí seis cifras.',
  ],
  begin: 'Empezar',
  nothing: 'No se emitió nada. Puede empezar de nuevo.',
  offerTitle: (credential) => `${credential}: llévela a su cartera`,
  scan: 'Escanee esto con su aplicación de cartera.',
  qr: 'El código para escanear con una cartera',
  onThisPhone: 'Mi cartera está en este teléfono',
  askForCode: 'Mi cartera pide seis cifras',
  code: 'Escríbalas en su cartera:',
  codeText: 'Tiene un intento. No las muestre a nadie ni las diga por teléfono.',
  life: 'Funciona una vez, en los próximos diez minutos. Deje esta página abierta hasta que su cartera termine.',
};
