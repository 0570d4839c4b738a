const main = document.querySelector('main');
if (main !== null) main.textContent = 'Opening…';

export {};
