// The HTTP API's description, as Swagger UI shows it.

if (window.SwaggerUIBundle)
  show();
else
  document.getElementById("notice").hidden = false;

function show() {
  // Its dark colours go by a class of the page, and it has no switch of its own without its top bar.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const setColours = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", setColours);
  setColours();

  window.SwaggerUIBundle({
    // Absolute: the addresses of the operations are relative to it.
    url: new URL("../openapi/v1.json", location.href).href,
    domNode: document.getElementById("operations"),
    deepLinking: true,
    validatorUrl: null, // asks nobody else
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
  });
}
