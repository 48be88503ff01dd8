"""Documents: letters (PDF, DOCX, PNG) and notices (e-mail text and HTML) from templates/notices."""
