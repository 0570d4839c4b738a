import type { CredentialTexts } from './texts.js';

export const es: CredentialTexts = {
  startTitle: (credential) => `${credential}, en su cartera`,
  startText: (from) =>
    `${from === null ? 'Su organización' : from} le emite una credencial firmada para su teléfono. Necesita una aplicación de cartera.`,
  startSteps: [
    'Introduzca su nombre de usuario y haga una comprobación facial.',
    'Seleccione lo que debe contener.',
    'Escanee un código con su cartera e introduzca allí seis dígitos.',
  ],
  begin: 'Empezar',
  nothing: 'No se ha emitido nada. Puede empezar de nuevo.',
  offerTitle: (credential) => `Añadir ${credential} a su cartera`,
  scan: 'Escanee esto con su aplicación de cartera.',
  qr: 'Código para escanear con una cartera',
  onThisPhone: 'Mi cartera está en este teléfono',
  askForCode: 'Mi cartera pide seis dígitos',
  code: 'Introduzca este código en su cartera:',
  codeText: 'Tiene un intento. No muestre el código a nadie ni lo lea por teléfono.',
  life: 'Funciona una vez, en un plazo de diez minutos. Mantenga esta página abierta hasta que su cartera termine.',
};
