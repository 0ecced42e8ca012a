// Says why the last attempt failed; the server only redirects with a word for it.
const problems = {
  wrong: "This token is wrong.",
  many: "Too many wrong tokens came from your address. Try again in a minute.",
};
const text = problems[new URLSearchParams(location.search).get("problem")];
if (text) {
  const problem = document.getElementById("problem");
  problem.textContent = text;
  problem.hidden = false;
  document.getElementById("token").setAttribute("aria-invalid", "true");
}
